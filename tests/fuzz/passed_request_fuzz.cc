// A body that passes through, JSON or a form, and what goes upstream for it: the same with our model, and read again it
// names that.
#include <string>

#include "gateway/chat/dialect/openai_upstream_body.h"
#include "gateway/chat/passed_request.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

constexpr std::string_view kModel = "maker-1", kForm = "multipart/form-data; boundary=B";
constexpr std::size_t kMostDepth = 60;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const std::string_view type = (input.byte() & 1U) != 0 ? kForm : "application/json";
    const std::string text(input.rest());
    tollgate::BodyFacts facts;
    facts.clear();
    if (tollgate::read_passed_request(text, type, kMostDepth, facts)) return 0;
    tollgate::UpstreamBody upstream;
    upstream.build_passed(text, facts, kModel);
    std::string sent;
    for (const auto piece : upstream.pieces()) sent += piece;
    require(sent.size() == upstream.size(), "the size is that of the pieces");
    tollgate::BodyFacts again;
    again.clear();
    require(!tollgate::read_passed_request(sent, type, kMostDepth, again), "what goes upstream is a body again");
    require(again.model == kModel, "the model is ours");
    if (!facts.has_model) return 0;
    const std::string_view here(text), there(sent);
    require(here.substr(0, facts.model_value.begin) == there.substr(0, again.model_value.begin) &&
                here.substr(facts.model_value.end) == there.substr(again.model_value.end),
            "nothing else has changed");
    return 0;
}
