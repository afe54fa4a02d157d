/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the pages fetch beside themselves: stylesheet, script and icon, from files that are built
 * into the program (assets.cmake). */
#ifndef PAGE_ASSETS_H
#define PAGE_ASSETS_H

#include <stddef.h>

#define ASSET_TAG_BYTES 17

enum asset { ASSET_STYLE, ASSET_SCRIPT, ASSET_ICON };
#define ASSET_COUNT 3

extern const unsigned char asset_style_css[], asset_page_js[], asset_icon_svg[];
extern const size_t asset_style_css_size, asset_page_js_size, asset_icon_svg_size;

struct asset_file {
    const char *path; /* "/style.css" */
    const char *content_type;
    const unsigned char *bytes;
    size_t size;
};

struct asset_file asset_file(enum asset asset);

/* Hexadecimal digits that change with the contents: with them in its URL, an asset may be kept by a
 * browser for ever. */
void asset_tag(enum asset asset, char tag[ASSET_TAG_BYTES]);

#endif
