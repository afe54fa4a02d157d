# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Stylesheet, script and icon become bytes of the programs: OUT is the C file that has them.
set(text "/* Made from src/page/assets. */\n#include \"page/assets.h\"\n")
foreach(file IN ITEMS style.css page.js icon.svg)
  file(READ ${CMAKE_CURRENT_LIST_DIR}/assets/${file} bytes HEX)
  string(MAKE_C_IDENTIFIER ${file} name)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
  string(APPEND text "const unsigned char asset_${name}[] = {\n${bytes}\n};\nconst size_t asset_${name}_size = sizeof asset_${name};\n")
endforeach()
file(WRITE ${OUT} "${text}")
