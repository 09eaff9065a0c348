// Why a request went where it went, for who asks: every endpoint that was looked at, what removed it or put it where it
// stands, and every attempt. In the shape of OpenRouter's router metadata
// (https://openrouter.ai/docs/guides/features/router-metadata), with what removed and ordered besides.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/routing/plan.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

class RouteExplanation final : public PlanTrace {
  public:
    static constexpr std::size_t kMostShown = 256;  // endpoints of each list; the total is always told

    explicit RouteExplanation(std::string_view requested) : requested_(requested) {}

    void addressed(const ModelAddress& address) override;
    void removed(const CatalogueEndpoint& endpoint, const Removal& removal) override;
    void unknown_model(std::string_view name) override { unknown_.emplace_back(name); }
    void placed(const CatalogueEndpoint& endpoint, const RankedEndpoint& place, bool tried) override;
    // `status`: the upstream's; 0: none came, and the error says why.
    void attempted(const CatalogueEndpoint& endpoint, int status, std::string_view error);
    // An answer begins; it may still fail, which attempted() then says.
    void answers(const CatalogueEndpoint& endpoint, int status);
    // It was not asked: its dialect has no word for what the request says.
    void cannot_be_told(const CatalogueEndpoint& endpoint);
    // The organization has no credit for what the operator's credentials would cost: those are not tried.
    void operators_unpaid();
    // The answer is one that the endpoint gave before, and nobody is called.
    void answers_from_cache(const CatalogueEndpoint& endpoint);

    // The prompt that an attempt sends lost so many messages, and so many texts their middle.
    void shortened(std::size_t left_out, std::size_t truncated);
    void not_shortened() { shortened_.clear(); }

    void write_members(JsonWriter& json) const;  // of the object that was begun
    std::string member() const;                  // "openrouter_metadata": the object
    // The same of the answer that has begun; lives until another one begins.
    std::string_view member_of_answer() const { return member_of_answer_; }

  private:
    struct Removed {
        const CatalogueEndpoint* endpoint;
        Removal removal;
    };
    struct Placed {
        const CatalogueEndpoint* endpoint;
        OrderReason reason;
        Setback setback;
        bool tried;
    };
    struct Attempted {
        const CatalogueEndpoint* endpoint;
        int status;
        std::string error;  // code; empty: it answered
    };

    std::string_view strategy() const;
    std::string summary() const;
    const CatalogueEndpoint* answered() const;
    void write_available(JsonWriter& json) const;

    // Takes those out of what may answer.
    template <class Passes>
    void remove_placed(const Removal& removal, Passes passes);

    std::string requested_;
    std::string_view of_name_{};    // a strategy that the name says; empty: none
    const Model* meant_ = nullptr;  // by the name; null: no single one
    std::vector<Removed> removed_;
    std::vector<Placed> placed_;
    std::vector<Attempted> attempts_;
    std::vector<std::string> unknown_;
    std::string shortened_;                      // a sentence; empty: the prompt went as it came
    const CatalogueEndpoint* cached_ = nullptr;  // whose answer is sent again
    std::string member_of_answer_;
    std::size_t removed_in_all_ = 0, placed_in_all_ = 0;
};

}  // namespace tollgate
