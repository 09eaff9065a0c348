#include "gateway/exchange/generate_path.h"

#include <boost/url/pct_string_view.hpp>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/model_name.h"

namespace tollgate {

namespace {

constexpr std::string_view kCountTokens = "countTokens";

}  // namespace

Error read_generate_path(const Head& head, Ask& ask) {
    constexpr std::string_view kBefore = "/models/";
    const std::string_view path = std::string_view(head.path).substr(head.path.find(kBefore));  // the route has it
    const std::size_t colon = path.rfind(':');
    if (colon == std::string_view::npos || colon < kBefore.size()) {
        return {ErrorKind::not_found, "the path must end with a method, as :generateContent"};
    }
    const std::string_view method = path.substr(colon + 1);
    const auto model = boost::urls::make_pct_string_view(path.substr(kBefore.size(), colon - kBefore.size()));
    if (!model || model->empty() || model->decoded_size() > kMostModelBytes ||
        !simdjson::validate_utf8(model->decode())) {
        return {ErrorKind::invalid_request, "the path must name a model, of at most 128 bytes", "model"};
    }
    if (Error error = take_model_name(model->decode(), ask.body)) return error;
    ask.body.stream = method == "streamGenerateContent";
    ask.events_as_list = ask.body.stream && head.query.find("alt=sse") == std::string::npos;
    ask.counts_only = method == kCountTokens;
    if (ask.body.stream || ask.counts_only || method == "generateContent") return {};
    return {ErrorKind::not_found, "the method ':" + std::string(method.substr(0, kMostModelBytes)) +
                                      "' is not served; :generateContent, :streamGenerateContent and :countTokens are"};
}

std::string_view counted_body(const Head& head, std::string_view body, std::size_t max_depth) {
    const std::string_view path = head.path;
    const std::size_t begin = body.find('{');
    if (!path.ends_with(kCountTokens) || begin == std::string_view::npos) return body;
    for (const std::string_view name : {"generateContentRequest", "generate_content_request"}) {
        const auto request = find_member(body, begin, name);
        if (request && is_object(request->value.of(body)) && is_json(body, max_depth)) return request->value.of(body);
    }
    return body;
}

}  // namespace tollgate
