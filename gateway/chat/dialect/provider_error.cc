// Shapes, as of November 2026. Recorded or documented examples are in provider_error_test.cc.
//   {"error":{"message","type","param","code"}}   OpenAI, Azure, DeepSeek, Groq (with `status_code`), OpenRouter
//   {"type":"error","error":{"type","message"}}   Anthropic
//   [{"error":{"code","message","status"}}]       Google's OpenAI endpoint; without the brackets its own API
//   {"error":"…"}                                 Ollama, Hugging Face
//   {"error":"code","error_description":"…"}      OAuth
//   {"object":"error","message","type","code"}    vLLM, Mistral
//   {"message"}, {"msg"}, {"code","message"}      many; DashScope
//   {"detail":"…"}, {"detail":[{"msg","loc"}]}    FastAPI: Voyage, LiteLLM
//   {"errors":[…]}, {"error":[…]}                 Cloudflare
//   {"errors":{"messages":[…]}}, {"err":"…"}      proxies
//   {"title","detail","status"}                   RFC 9457
//   {"__type","message"}                          AWS
//   {"base_resp":{"status_code","status_msg"}}    MiniMax
//   {"error_code","error_msg"}                    Baidu
//   {"Response":{"Error":{"Code","Message"}}}     Tencent; Volcengine with `ResponseMetadata`
//   {"header":{"code","message"}}                 Spark
//   {"fault":{"faultstring"}}                     Apigee
//   {"…Exception":{"message"}}                    Bedrock, in streams
//   {"type":"response.failed","response":{"error":{…}}} OpenAI's Responses API, in streams
//   {"choices":[{"error":{…}}]}                   OpenRouter
//   "{\"error\":…}" as one of these strings      proxies of other proxies
//   data: {"error":…}                             an event under the status of an error
//   <Error><Code>…</Code><Message>…</Message>     S3 and its like
#include "gateway/chat/dialect/provider_error.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "gateway/chat/dialect/named_status.h"
#include "gateway/text/good_encoding.h"
#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostMessageBytes = 4096;
constexpr std::size_t kMostWordBytes = 256;     // of type, code and param
constexpr std::size_t kMostMemberBytes = 4096;  // of what else an error object holds; more is generated text, not words
constexpr int kMostNesting = 4;                 // of messages in messages
constexpr std::size_t kMostJsonDepth = 32;      // that is parsed

constexpr std::array<std::string_view, 16> kMessageNames = {
    "message",      "Message",   "msg",         "detail",     "error_description", "error_message",
    "errorMessage", "title",     "description", "status_msg", "faultstring",       "reason",
    "text",         "error_msg", "messages",    "err"};

// What error objects are wrapped in.
constexpr std::array<std::string_view, 6> kWrappings = {"Error",  "Response", "ResponseMetadata",
                                                        "header", "fault",    "detail"};

bool is_exception(std::string_view name) { return name.size() <= kMostWordBytes && name.ends_with("Exception"); }

const json::value* member(const json::object& object, std::string_view name) {
    const auto found = object.find(name);
    return found == object.end() || found->value().is_null() ? nullptr : &found->value();
}

std::string text_of(const json::value* value, std::size_t most) {
    if (value == nullptr || !value->is_string()) return {};
    return std::string(cut_utf8(std::string_view(value->get_string()), most));
}

// {"loc":["body","messages",0]} names the field messages.0.
std::string param_of(const json::value* location) {
    if (location == nullptr || !location->is_array()) return text_of(location, kMostWordBytes);
    std::string param;
    for (const json::value& step : location->get_array()) {
        const std::string text = step.is_string() ? std::string(step.get_string()) : json::serialize(step);
        if (param.empty() && text == "body") continue;
        if (!param.empty()) param += '.';
        param += text;
    }
    return std::string(cut_utf8(param, kMostWordBytes));
}

std::string words_in(const json::value& value, int depth);

std::string words_in_object(const json::object& object, int depth) {
    for (const std::string_view name : kMessageNames) {
        const json::value* const words = member(object, name);
        if (words == nullptr) continue;
        std::string found = words_in(*words, depth + 1);
        if (!found.empty()) return found;
    }
    const json::value* const error = depth > 0 ? member(object, "error") : nullptr;
    return error == nullptr ? std::string() : words_in(*error, depth + 1);
}

// JSON that a proxy put into a string, with which it tells the words of another provider.
std::optional<json::value> json_in(std::string_view text) {
    if (!text.starts_with('{') && !text.starts_with('[')) return std::nullopt;
    json::error_code failed;
    json::value value = json::parse(text, failed);
    return failed ? std::nullopt : std::optional(std::move(value));
}

std::string words_in(const json::value& value, int depth) {
    if (depth > kMostNesting) return {};
    if (value.is_string()) {
        const auto inner = json_in(value.get_string());
        std::string words = inner ? words_in(*inner, depth + 1) : std::string();
        return words.empty() ? std::string(value.get_string()) : words;
    }
    if (value.is_object()) return words_in_object(value.get_object(), depth);
    std::string all;
    if (!value.is_array()) return all;
    for (const json::value& item : value.get_array()) {
        const std::string one = words_in(item, depth + 1);
        if (!one.empty() && all.size() < kMostMessageBytes) all += (all.empty() ? "" : "; ") + one;
    }
    return all;
}

int status_in(const json::value* value) {
    std::int64_t status = 0;
    if (value == nullptr) return 0;
    if (value->is_int64()) status = value->get_int64();
    if (value->is_string() && value->get_string().size() == 3) {
        for (const char digit : value->get_string())
            status = digit >= '0' && digit <= '9' ? status * 10 + digit - '0' : -1000;
    }
    return status >= 400 && status <= 599 ? static_cast<int>(status) : 0;
}

// A status as the code says nothing more; Google's name for it does.
void read_code(const json::object& object, ProviderError& said) {
    for (const std::string_view name : {"status_code", "statusCode", "status", "code"}) {
        if (said.status == 0) said.status = status_in(member(object, name));
    }
    const json::value* code = member(object, "code");
    const json::value* const status = member(object, "status");
    const bool named = status != nullptr && status->is_string() && status_in(status) == 0;
    if (named && (code == nullptr || status_in(code) != 0)) code = status;
    for (const std::string_view name : {"__type", "status_code", "error_code", "Code"}) {
        if (code == nullptr) code = member(object, name);
    }
    if (code != nullptr && (code->is_string() || code->is_int64())) {
        const std::string text =
            code->is_string() ? json::serialize(json::value(text_of(code, kMostWordBytes))) : json::serialize(*code);
        if (text != "\"\"" && said.code.empty()) said.code = text;
    }
}

void read_words(const json::object& object, ProviderError& said) {
    if (said.message.empty()) said.message = cut_utf8(words_in_object(object, 0), kMostMessageBytes);
    if (said.type.empty()) said.type = text_of(member(object, "type"), kMostWordBytes);
    if (said.type == "error" || said.type == "response.failed") said.type.clear();  // says no more than that it is one
    if (said.param.empty()) said.param = text_of(member(object, "param"), kMostWordBytes);
    if (said.param.empty()) said.param = param_of(member(object, "loc"));
    read_code(object, said);
}

// What an error object says beside the four members that every client knows.
std::string further_members(const json::object& error) {
    std::string members;
    for (const auto& [name, value] : error) {
        if (name == "message" || name == "type" || name == "param" || name == "code") continue;
        members += (members.empty() ? "" : ",") + json::serialize(json::value(name)) + ":" + json::serialize(value);
    }
    return members.size() <= kMostMemberBytes ? members : std::string();
}

// Of several errors the first, and of one that only wraps another that one.
const json::value* error_in(const json::object& body) {
    const json::value* error = member(body, "error");
    const json::value* const response = error == nullptr ? member(body, "response") : nullptr;
    if (response != nullptr && response->is_object()) error = member(response->get_object(), "error");
    if (error != nullptr && error->is_array() && !error->get_array().empty()) error = &error->get_array()[0];
    if (error == nullptr || !error->is_object() || !words_in_object(error->get_object(), 0).empty()) return error;
    const json::value* const inner = member(error->get_object(), "error");
    return inner == nullptr ? error : inner;
}

// In a choice, or in what the choice holds.
const json::value* error_in_choices(const json::object& body) {
    const json::value* const choices = member(body, "choices");
    if (choices == nullptr || !choices->is_array()) return nullptr;
    for (const json::value& choice : choices->get_array()) {
        if (!choice.is_object()) continue;
        const json::value* error = member(choice.get_object(), "error");
        for (const std::string_view name : {"delta", "message"}) {
            const json::value* const said = error == nullptr ? member(choice.get_object(), name) : nullptr;
            if (said != nullptr && said->is_object()) error = member(said->get_object(), "error");
        }
        if (error != nullptr) return error;
    }
    return nullptr;
}

void read_object(const json::object& body, ProviderError& said) {
    const json::value* error = error_in(body);
    if (error == nullptr) error = error_in_choices(body);
    if (error != nullptr && error->is_object()) {
        read_words(error->get_object(), said);
        said.members = further_members(error->get_object());
    } else if (const auto inner = error == nullptr ? std::nullopt : json_in(text_of(error, kMostMessageBytes)); inner) {
        if (inner->is_object()) read_words(inner->get_object(), said);
        if (said.message.empty()) said.message = cut_utf8(words_in(*inner, 1), kMostMessageBytes);
    } else if (error != nullptr && error->is_string()) {
        const std::string description = words_in_object(body, 0);
        said.message =
            cut_utf8(description.empty() ? std::string(error->get_string()) : description, kMostMessageBytes);
        if (!description.empty()) said.code = json::serialize(json::value(text_of(error, kMostWordBytes)));
    }
    if (const json::value* const response = member(body, "base_resp"); response != nullptr && response->is_object()) {
        read_words(response->get_object(), said);
    }
    for (const std::string_view name : kWrappings) {
        const json::value* const wrapped = said.message.empty() ? member(body, name) : nullptr;
        if (wrapped != nullptr && wrapped->is_object()) read_object(wrapped->get_object(), said);
    }
    for (const auto& [name, value] : body) {
        if (!is_exception(name) || !value.is_object()) continue;
        read_words(value.get_object(), said);
        if (said.code.empty()) said.code = json::serialize(json::value(name));
    }
    if (const json::value* const detail = member(body, "detail"); detail != nullptr && detail->is_array()) {
        if (!detail->get_array().empty() && detail->get_array()[0].is_object()) {
            said.param = param_of(member(detail->get_array()[0].get_object(), "loc"));
        }
    }
    read_words(body, said);
    const json::value* const errors = member(body, "errors");
    if (errors == nullptr || !said.message.empty()) return;
    said.message = cut_utf8(words_in(*errors, 0), kMostMessageBytes);
    if (errors->is_array() && !errors->get_array().empty() && errors->get_array()[0].is_object()) {
        read_words(errors->get_array()[0].get_object(), said);
    }
}

std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
    const auto from = text.find(begin);
    if (from == std::string_view::npos) return {};
    text.remove_prefix(from + begin.size());
    const auto to = text.find(end);
    return to == std::string_view::npos ? std::string_view() : text.substr(0, to);
}

std::optional<ProviderError> read_plain_text(std::string_view text);

std::optional<ProviderError> read_xml(std::string_view text) {
    auto said = read_plain_text(between(text, "<Message>", "</Message>"));
    const std::string_view code = between(text, "<Code>", "</Code>");
    if (said && read_plain_text(code)) said->code = json::serialize(json::value(cut_utf8(code, kMostWordBytes)));
    return said;
}

// The JSON that the text begins with, whatever follows it. Where it is cut off, its members up to there; a string that
// is cut off stays if more of it has come than is told of any: what stands at the cut is never told.
std::string beginning_of(std::string_view text) {
    std::string closers, at_comma;
    std::size_t comma = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '"') {
            const std::size_t end = after_string(text, at);
            const bool cut_off = end >= text.size() && text.size() - at > 2 * kMostMessageBytes;
            if (cut_off) {
                const std::string_view told = cut_utf8(text.substr(at), kMostMessageBytes + 64);
                const std::string_view plain = told.substr(0, told.find('\\', told.size() - 16));
                return std::string(text.substr(0, at))
                    .append(plain)
                    .append("\"")
                    .append(closers.rbegin(), closers.rend());
            }
            at = end;
            continue;
        }
        if (c == '{' || c == '[') closers += c == '{' ? '}' : ']';
        if (closers.size() > kMostJsonDepth) return {};
        if (c == '}' || c == ']') {
            if (closers.empty() || closers.back() != c) return {};
            closers.pop_back();
            if (closers.empty()) return std::string(text.substr(0, at + 1));
        }
        if (c == ',') {
            comma = at;
            at_comma = closers;
        }
        ++at;
    }
    return std::string(text.substr(0, comma)).append(at_comma.rbegin(), at_comma.rend());
}

std::optional<ProviderError> read_plain_text(std::string_view text) {
    if (text.empty() || text.front() == '<' || text.front() == '{' || text.front() == '[') return std::nullopt;
    const bool readable = std::ranges::all_of(
        text, [](char c) { return static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\r' || c == '\t'; });
    json::error_code failed;
    if (!readable) return std::nullopt;
    ProviderError said;
    said.message = cut_utf8(text, kMostMessageBytes);
    json::parse(json::serialize(json::value(said.message)), failed);
    if (failed) return std::nullopt;  // not UTF-8
    return said;
}

std::string_view unquoted(std::string_view code) {
    return code.size() >= 2 && code.front() == '"' ? code.substr(1, code.size() - 2) : code;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\r\n";
    const auto first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

// Without a byte order mark, and without the framing of an event under a status that says that no stream follows.
std::string_view unwrapped(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf", kData = "data:";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text = trimmed(text);
    if (!text.starts_with(kData) && !text.starts_with("event:")) return text;
    const auto data = text.find(kData);
    if (data == std::string_view::npos) return text;
    text.remove_prefix(data + kData.size());
    return trimmed(text);
}

}  // namespace

bool says_error(std::string_view name, std::string_view value) {
    constexpr std::array<std::string_view, 6> kNone = {"null", "false", "\"\"", "{}", "[]", "0"};
    if (name == "error") return std::ranges::find(kNone, value) == kNone.end();
    if (name == "errors") return value.size() > 2 && (value.front() == '[' || value.front() == '{');
    if (name == "object" || name == "type") return value == "\"error\"";
    if (name == "error_code") return value != "\"0\"" && std::ranges::find(kNone, value) == kNone.end();
    if (is_exception(name)) return value.starts_with('{');
    if (name != "base_resp" || !value.starts_with('{')) return false;
    const auto code = find_member(value, 0, "status_code");
    return code && code->value.of(value) != "0";
}

bool holds_words(std::string_view name, std::string_view value) {
    constexpr std::array<std::string_view, 6> kNames = {"message",   "msg",           "detail",
                                                        "error_msg", "error_message", "errorMessage"};
    const bool words = std::ranges::find(kNames, name) != kNames.end();
    return words && value.size() > 2 && (value.front() == '"' || value.front() == '[');
}

std::optional<ProviderError> read_provider_error(std::string_view text) {
    text = unwrapped(text);
    if (text.empty()) return std::nullopt;
    json::error_code failed;
    json::value value = json::parse(text, failed);
    const bool is_json = text.front() == '{' || text.front() == '[';
    const std::string mended = failed && is_json ? with_good_encoding(text) : std::string();
    if (failed && is_json && mended != text) {
        text = mended;
        value = json::parse(text, failed);
    }
    if (failed && text.front() == '<') return read_xml(text);
    if (failed && !is_json) return read_plain_text(text);
    if (failed) value = json::parse(beginning_of(text), failed);
    if (failed) return std::nullopt;
    ProviderError said;
    const json::value* body = &value;
    if (body->is_array() && !body->get_array().empty()) body = &body->get_array()[0];
    if (body->is_string()) {
        said.message = text_of(body, kMostMessageBytes);
    } else if (body->is_object()) {
        read_object(body->get_object(), said);
    }
    if (said.message.empty() && said.code.empty() && said.type.empty()) return std::nullopt;
    if (said.status == 0) said.status = status_named(unquoted(said.code));  // says more than the type
    if (said.status == 0) said.status = status_named(said.type);
    return said;
}

}  // namespace tollgate
