#include "gateway/chat/dialect/gemini/answer_reader.h"

#include <algorithm>
#include <array>

#include "gateway/chat/dialect/gemini/fields.h"
#include "gateway/chat/dialect/gemini/finish_reason.h"
#include "gateway/chat/dialect/openai_text.h"
#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

using Kind = AnswerEvent::Kind;

constexpr std::size_t kMostCitations = 256;  // of a choice

// FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv
class Hash {
  public:
    Hash& add(std::string_view text) {
        for (const char c : text) value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        return *this;
    }
    Hash& add(std::uint32_t number) { return add("/" + std::to_string(number)); }
    std::string hex() const {
        constexpr std::string_view kDigits = "0123456789abcdef";
        std::string text;
        for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(value_ >> shift) & 15];
        return text;
    }

  private:
    std::uint64_t value_ = 0xcbf29ce484222325;
};

std::int64_t bytes_of(Json text) { return is_text(text) ? spelt_bytes(text) : 0; }

// What a stream says of the prompt before it counts the answer is an estimate, and may be more than it was. `goes_on`:
// the answer does.
void add_usage(Json usage, bool goes_on, AnswerDelta& facts) {
    ReportedUsage report;
    if (!read_usage_member("usageMetadata", usage, report)) return;
    const bool counts_answer =
        report.completion != ReportedUsage::kAbsent || report.reasoning != ReportedUsage::kAbsent;
    if (goes_on && !counts_answer) return;
    if (facts.usage) {
        facts.usage->merge(report);
    } else {
        facts.usage = report;
    }
}

}  // namespace

AnswerRead GeminiAnswer::read(Json response, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 6> kNames = {"candidates", "promptFeedback", "usageMetadata",
                                                               "responseId", "modelVersion",   "error"};
    const auto [candidates, feedback, usage, id, model, error] = fields_of(response, kNames);
    if (says_something(error)) {
        facts.error = true;
        return AnswerRead::error;
    }
    if (!is_array(candidates) && !is_object(feedback) && !is_object(usage)) {
        return is_text(id) || is_text(model) ? AnswerRead::event : AnswerRead::invalid;  // no member need be there
    }
    begin(id, facts, events);
    bool good = true;
    std::size_t position = 0;
    each_element(candidates, [&](Json one) { good = good && candidate(one, position++, facts, events); });
    if (!good) return AnswerRead::invalid;
    if (position == 0) blocked(feedback, facts, events);
    add_usage(usage, position > 0 && facts.finish_reasons == 0, facts);
    return AnswerRead::event;
}

void GeminiAnswer::begin(Json id, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    if (begun_) return;
    begun_ = true;
    id_ = spelt(id);
    facts.id = spelt(id);
    events.push_back({.kind = Kind::begin, .id = facts.id});
}

bool GeminiAnswer::candidate(Json candidate, std::size_t position, AnswerDelta& facts,
                             std::vector<AnswerEvent>& events) {
    static constexpr std::array<std::string_view, 4> kNames = {"content", "finishReason", "index", "groundingMetadata"};
    const auto [content, reason, index, grounding] = fields_of(candidate, kNames);
    const auto told = whole_number(index);
    const std::size_t choice = told && *told >= 0 ? static_cast<std::size_t>(*told) : position;
    if (!is_object(candidate) || choice >= kMostChoices) return false;
    if (choice >= choices_.size()) choices_.resize(choice + 1);
    facts.choices = true;
    const Piece piece{static_cast<std::uint32_t>(choice), facts, events};
    each_element(field(content, "parts"), [&](Json one) { part(one, piece); });
    if (is_object(grounding)) citations(grounding, piece);
    if (!spelt(reason).empty()) finish(spelt(reason), piece);
    return true;
}

// A prompt that was blocked has no candidate.
void GeminiAnswer::blocked(Json feedback, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    const auto [reason, message] =
        fields_of(feedback, std::array<std::string_view, 2>{"blockReason", "blockReasonMessage"});
    if (spelt(reason).empty()) return;
    facts.choices = true;
    if (choices_.empty()) choices_.resize(1);
    Choice& choice = choices_.front();
    if (!spelt(message).empty()) {
        facts.text.bytes += bytes_of(message);
        events.push_back({.kind = Kind::refusal, .part = choice.parts++, .text = spelt(message)});
    }
    if (choice.finished != FinishReason::none) return;
    choice.finished = FinishReason::content_filter;
    facts.finish_reasons = 1;
    facts.finished.set(0);
    facts.finish_reason = to_string(choice.finished);
    events.push_back({.kind = Kind::finish, .reason = choice.finished, .native_reason = spelt(reason)});
}

void GeminiAnswer::part(Json part, const Piece& piece) {
    static constexpr std::array<std::string_view, 5> kNames = {"text", "thought", "thoughtSignature", "functionCall",
                                                               "inlineData"};
    const auto [words, thought, signature, function, data] = fields_of(part, kNames);
    if (is_object(function)) {
        call(function, spelt(signature), piece);
    } else if (is_object(data)) {
        image(data, spelt(signature), piece);
    } else if (is_text(words)) {
        text(words, thought == "true", spelt(signature), piece);
    }
}

// What must come back with the part that follows, unchanged.
void GeminiAnswer::sealed(Spelt signature, Spelt call_id, const Piece& piece) {
    Choice& choice = choices_[piece.choice];
    choice.open = Kind::begin;
    if (signature.empty()) return;
    piece.events.push_back({.kind = Kind::sealed_reasoning,
                            .choice = piece.choice,
                            .part = choice.parts++,
                            .text = signature,
                            .id = call_id,
                            .format = ReasoningFormat::google});
}

void GeminiAnswer::text(Json text, bool thought, Spelt signature, const Piece& piece) {
    const Kind kind = thought ? Kind::reasoning : Kind::text;
    if (!thought && !signature.empty()) sealed(signature, {}, piece);
    if (spelt(text).empty() && (!thought || signature.empty())) return;
    Choice& choice = choices_[piece.choice];
    if (choice.open != kind) ++choice.parts;
    choice.open = kind;
    const std::uint32_t part = choice.parts - 1;
    const std::int64_t bytes = bytes_of(text);
    piece.facts.text.bytes += bytes;
    if (thought) piece.facts.text.reasoning_bytes += bytes;
    const ReasoningFormat format = thought ? ReasoningFormat::google : ReasoningFormat::unknown;
    if (!spelt(text).empty()) {
        piece.events.push_back(
            {.kind = kind, .choice = piece.choice, .part = part, .text = spelt(text), .format = format});
    }
    if (!thought || signature.empty()) return;
    piece.events.push_back(
        {.kind = Kind::signature, .choice = piece.choice, .part = part, .text = signature, .format = format});
    choice.open = Kind::begin;
}

// Most calls have no id. The one that they get is the same whenever the answer is read.
void GeminiAnswer::call(Json call, Spelt signature, const Piece& piece) {
    const auto [given, name, arguments] = fields_of(call, std::array<std::string_view, 3>{"id", "name", "args"});
    const Json args = is_object(arguments) ? arguments : Json("{}");
    const std::uint32_t number = choices_[piece.choice].calls++;
    Spelt id = spelt(given);
    if (id.empty()) {
        const Hash hash = Hash().add(id_).add(piece.choice).add(number).add(name).add(args);
        id = piece.facts.kept.emplace_front("call_" + hash.hex());
    }
    sealed(signature, id, piece);
    const std::uint32_t part = choices_[piece.choice].parts++;
    ++piece.facts.text.tool_calls;
    piece.facts.text.bytes += bytes_of(name) + static_cast<std::int64_t>(args.size());
    piece.events.push_back(
        {.kind = Kind::call, .choice = piece.choice, .part = part, .call = number, .id = id, .name = spelt(name)});
    piece.events.push_back(
        {.kind = Kind::arguments, .choice = piece.choice, .part = part, .call = number, .value = args});
}

void GeminiAnswer::image(Json data, Spelt signature, const Piece& piece) {
    const auto [type, bytes] = fields_of(data, std::array<std::string_view, 2>{"mimeType", "data"});
    piece.facts.text.other_output = true;
    sealed(signature, {}, piece);
    if (!spelt(type).starts_with("image/")) return;
    piece.events.push_back({.kind = Kind::image,
                            .choice = piece.choice,
                            .part = choices_[piece.choice].parts++,
                            .text = spelt(bytes),
                            .media_type = spelt(type)});
}

// Where the answer's words come from. Where in the text each is used is told in bytes, which chat clients don't count
// by: it is left out.
void GeminiAnswer::citations(Json grounding, const Piece& piece) {
    std::vector<std::string>& cited = choices_[piece.choice].cited;
    each_element(field(grounding, "groundingChunks"), [&](Json chunk) {
        const auto [web, context] = fields_of(chunk, std::array<std::string_view, 2>{"web", "retrievedContext"});
        const auto [uri, title] =
            fields_of(is_object(web) ? web : context, std::array<std::string_view, 2>{"uri", "title"});
        if (spelt(uri).empty() || cited.size() == kMostCitations ||
            std::ranges::find(cited, spelt(uri)) != cited.end()) {
            return;
        }
        cited.emplace_back(spelt(uri));
        std::string annotation = R"({"type":"url_citation","url_citation":{"url":")";
        ((annotation += spelt(uri)) += R"(","title":")") += spelt(title);
        annotation += R"(","start_index":0,"end_index":0}})";
        piece.events.push_back({.kind = Kind::citation,
                                .choice = piece.choice,
                                .part = choices_[piece.choice].parts,
                                .value = piece.facts.kept.emplace_front(std::move(annotation))});
    });
}

// Some streams say why they end in each of their pieces: what does not change is told once.
void GeminiAnswer::finish(Spelt native, const Piece& piece) {
    Choice& choice = choices_[piece.choice];
    const FinishReason reason = read_gemini_finish(native, choice.calls > 0);
    if (choice.finished == reason) return;
    choice.finished = reason;
    if (!piece.facts.finished.test(piece.choice)) ++piece.facts.finish_reasons;
    piece.facts.finished.set(piece.choice);
    piece.facts.finish_reason = to_string(reason);
    piece.events.push_back({.kind = Kind::finish, .choice = piece.choice, .reason = reason, .native_reason = native});
}

void GeminiAnswer::end(AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    for (std::uint32_t choice = 0; choice < choices_.size(); ++choice) {
        if (choices_[choice].finished == FinishReason::none) finish({}, {choice, facts, events});
    }
}

AnswerRead read_gemini_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) {
    body.remove_prefix(std::min(body.find_first_of("{["), body.size()));
    GeminiAnswer answer;
    AnswerRead read = AnswerRead::event;
    const auto take = [&](Json piece) {
        if (read == AnswerRead::event) read = answer.read(piece, facts, events);
    };
    if (is_object(body)) take(body);
    each_element(body, take);
    if (read != AnswerRead::event) return read;
    answer.end(facts, events);
    return answer.begun() ? read : AnswerRead::invalid;
}

AnswerRead GeminiEventReader::read(std::string_view /*name*/, std::string_view data, AnswerDelta& facts,
                                   std::vector<AnswerEvent>& events) {
    data.remove_prefix(std::min(data.find('{'), data.size()));
    return is_object(data) ? answer_.read(data, facts, events) : AnswerRead::invalid;
}

}  // namespace tollgate
