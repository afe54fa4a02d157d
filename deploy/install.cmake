# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Runs at installation, with SOURCE, BUILD, BINDIR and UNIT_DIR set: what depends on `cmake --install --prefix`, and the file that
# belongs to the administrator once it is there. DESTDIR (for packages) is in no text that is written.
set(settings /etc/ipsla)

cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX NORMALIZE OUTPUT_VARIABLE prefix)
cmake_path(ABSOLUTE_PATH BINDIR BASE_DIRECTORY "${prefix}" NORMALIZE OUTPUT_VARIABLE programs)
cmake_path(ABSOLUTE_PATH UNIT_DIR BASE_DIRECTORY "${prefix}" NORMALIZE OUTPUT_VARIABLE units)
foreach(unit ipsla-exporter.service ipsla-responder.service)
  file(READ "${SOURCE}/deploy/systemd/${unit}" text)
  # The unit files are written for the prefix /usr/local.
  string(REPLACE "/usr/local/bin" "${programs}" text "${text}")
  file(WRITE "${BUILD}/${unit}" "${text}")
  file(INSTALL DESTINATION "${units}" TYPE FILE FILES "${BUILD}/${unit}")
endforeach()

set(installed "$ENV{DESTDIR}${settings}/ipsla.yml")
if(EXISTS "${installed}" OR IS_SYMLINK "${installed}")
  message(STATUS "Kept: ${installed}")
else()
  execute_process(COMMAND test -w "$ENV{DESTDIR}/etc" -o -n "$ENV{DESTDIR}" RESULT_VARIABLE status)
  if(status EQUAL 0)
    # What is measured until somebody writes something else: itself.
    file(INSTALL DESTINATION ${settings} TYPE FILE FILES "${SOURCE}/config/installed.yml" RENAME ipsla.yml)
  else()
    message(STATUS "Not installed, for /etc cannot be written: ${installed}")
  endif()
endif()
