// What of a request costs more than its tokens at the model's ordinary price: another service tier, tools that the
// provider runs itself, output other than text. Where no endpoint's prices cover it, the request is refused
// (gateway/routing/plan.h): else the operator would pay the difference. Which fields and tools these are is a table in
// the source; a tool that is in no table is taken for one that costs.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

struct ServerTool {
    std::string name;        // in price lists: "web_search"
    std::string_view field;  // of the request that asks for it; a literal
    bool operator==(const ServerTool&) const = default;
};

struct PaidExtras {
    std::string service_tier;     // empty: the ordinary one; several are joined by '+'
    std::string_view tier_field;  // of the request that asks for it; a literal
    bool wants_flex = false;      // beside the ordinary tier: the cheaper one, where the model has a price for it
    std::vector<ServerTool> server_tools;
    std::vector<std::string> outputs;  // modalities beside text: "audio"

    bool none() const { return service_tier.empty() && server_tools.empty() && outputs.empty(); }
    void clear() {
        service_tier.clear();
        wants_flex = false;
        server_tools.clear();
        outputs.clear();
    }
};

// A longer name is truncated, and there are at most so many of them: what is beyond is not needed to refuse.
inline constexpr std::size_t kMostExtraNameBytes = 64, kMostExtraNames = 16;

// Adds what a member of the body's top level asks for, if it is such a one.
//   - `auto` is the ordinary tier: it is what leaving it out means, and the operator's project at the provider decides.
//   - `flex` is, too, where it has no price of its own: it is not dearer.
void note_paid_extras(std::string_view key, const simdjson::dom::element& value, PaidExtras& extras);

}  // namespace tollgate
