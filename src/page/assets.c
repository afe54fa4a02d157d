/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page/assets.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/siphash.h"

struct asset_file asset_file(enum asset asset)
{
    switch (asset) {
    case ASSET_STYLE:
        return (struct asset_file){"/style.css", "text/css; charset=utf-8", asset_style_css,
                                   asset_style_css_size};
    case ASSET_SCRIPT:
        return (struct asset_file){"/page.js", "text/javascript; charset=utf-8", asset_page_js,
                                   asset_page_js_size};
    case ASSET_ICON:
        break;
    }
    return (struct asset_file){"/icon.svg", "image/svg+xml", asset_icon_svg, asset_icon_svg_size};
}

/* No secret is in the key: nobody chooses what is hashed. */
void asset_tag(enum asset asset, char tag[ASSET_TAG_BYTES])
{
    static const struct siphash_key key = {{0, 0}};
    struct asset_file file = asset_file(asset);
    snprintf(tag, ASSET_TAG_BYTES, "%016" PRIx64, siphash(&key, file.bytes, file.size));
}
