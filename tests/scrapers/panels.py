# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Every query of every dashboard, asked of a VictoriaMetrics that scraped what integration.panels scrapes. tests/scrapers.sh
builds it and calls this with VICTORIAMETRICS."""

import os

import harness
import test_panels

CONFIG = """
scrape_configs:
  - job_name: ipsla
    scrape_interval: 1s
    static_configs: [{{targets: ['127.0.0.1:10967', '127.0.0.1:{responder}']}}]
"""


class VictoriaMetrics(test_panels.Classic):
    port = 8428
    ready_path = "/health"

    def __init__(self, namespace):
        self.namespace = namespace
        config = harness.write_file("victoriametrics.yml", CONFIG.format(responder=test_panels.RESPONDER_WEB))
        self.process = harness.Process(namespace, [
            os.environ["VICTORIAMETRICS"], f"-promscrape.config={config}", f"-httpListenAddr=127.0.0.1:{self.port}",
            f"-storageDataPath={harness.scratch_dir()}/victoriametrics", "-search.latencyOffset=0s"])
        harness.wait_for(self.is_ready, self.process.evidence)


class VictoriaMetricsTest(test_panels.PanelsTest):
    servers = (VictoriaMetrics,)


if __name__ == "__main__":
    harness.main()
