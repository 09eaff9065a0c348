// Everything that /metrics shows, gathered at scrape from the workers' counters through one prometheus-cpp Collectable.
// The names of all families stand in metrics.cc, worker_metrics.h, key_metrics.cc and process_metrics.cc.
#pragma once

#include <prometheus/collectable.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "accounting/accounts/vault.h"
#include "accounting/ledger/ledger.h"
#include "accounting/usage/usage_index.h"
#include "gateway/log/log.h"
#include "gateway/mail/mailer.h"
#include "gateway/ops/counters.h"
#include "gateway/routing/catalogue.h"
#include "gateway/routing/health/health_board.h"
#include "store/slot_file.h"

namespace tollgate {

class Worker;

class Metrics : public prometheus::Collectable {
  public:
    // Where the figures come from.
    struct Sources {
        const std::vector<std::unique_ptr<Worker>>& workers;
        const CurrentCatalogue& catalogue;
        const std::vector<Provider>& providers;
        const SlotFile& slots;
        const Ledger& ledger;
        const UsageIndex& usage;
        const Log& log;
        const std::atomic<std::uint64_t>& connections_refused;
        const Vault& vault;
        const Mailer* mailer;  // null: the configuration has no mail
        const ResponseCacheCounters& response_cache;
        const HealthBoard& health;
        const std::atomic<std::int64_t>& certificate_expires_s;  // Unix; 0: plain HTTP
        const std::string& data_dir;
    };

    // All of them must outlive it.
    explicit Metrics(Sources sources) : sources_(sources) {}

    std::vector<prometheus::MetricFamily> Collect() const override;
    // Prometheus' text format, version 0.0.4.
    std::string text() const;

  private:
    const Sources sources_;
};

}  // namespace tollgate
