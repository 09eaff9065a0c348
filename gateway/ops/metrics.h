// Everything that /metrics shows, gathered at scrape from the workers' counters through one prometheus-cpp Collectable.
// The names of all families stand in metrics.cc.
#pragma once

#include <prometheus/collectable.h>

#include <memory>
#include <vector>

#include "gateway/worker.h"

namespace tollgate {

class Metrics : public prometheus::Collectable {
  public:
    // Both must outlive it.
    Metrics(const Services& services, const std::vector<std::unique_ptr<Worker>>& workers)
        : services_(services), workers_(workers) {}

    std::vector<prometheus::MetricFamily> Collect() const override;
    // Prometheus' text format, version 0.0.4.
    std::string text() const;

  private:
    const Services& services_;
    const std::vector<std::unique_ptr<Worker>>& workers_;
};

}  // namespace tollgate
