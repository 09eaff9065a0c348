// Families of Prometheus metrics as they are gathered for one scrape.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <utility>
#include <vector>

namespace tollgate {

class MetricFamilies {
  public:
    using Labels = std::vector<prometheus::ClientMetric::Label>;
    using Family = prometheus::MetricFamily;
    using Type = prometheus::MetricType;

    // Valid until the next one is added.
    Family& family(std::string name, std::string help, Type type) {
        Family family;
        family.name = std::move(name);
        family.help = std::move(help);
        family.type = type;
        families_.push_back(std::move(family));
        return families_.back();
    }
    static void add(Family& family, Labels labels, double value) {
        prometheus::ClientMetric metric;
        metric.label = std::move(labels);
        if (family.type == Type::Counter) {
            metric.counter.value = value;
        } else {
            metric.gauge.value = value;
        }
        family.metric.push_back(std::move(metric));
    }
    void counter(std::string name, std::string help, double value) {
        add(family(std::move(name), std::move(help), Type::Counter), {}, value);
    }
    void gauge(std::string name, std::string help, double value) {
        add(family(std::move(name), std::move(help), Type::Gauge), {}, value);
    }
    std::vector<Family> take() { return std::move(families_); }

  private:
    std::vector<Family> families_;
};

}  // namespace tollgate
