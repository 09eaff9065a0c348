// Recorded streams of real providers: the meter finds what a plain reading of every data line finds.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/chat/answer_stream.h"

namespace tollgate {
namespace {

// Read line by line and parsed whole, the slow and plain way.
struct Reference {
    bool is_chat = false;  // events of chat.completion.chunk's shape
    bool has_usage = false;
    TokenCounts usage;
    bool error = false;
    std::string content;
};

std::int64_t count_in(const simdjson::dom::element& object, std::string_view name) {
    std::int64_t value = 0;
    simdjson::dom::element found;
    if (object.at_key(name).get(found) != simdjson::SUCCESS || found.get(value) != simdjson::SUCCESS) return 0;
    return value;
}

void read_event(const simdjson::dom::element& event, Reference& reference) {
    simdjson::dom::element usage, error, details;
    simdjson::dom::array choices;
    if (event["choices"].get(choices) == simdjson::SUCCESS) {
        reference.is_chat = true;
        for (const simdjson::dom::element choice : choices) {
            std::string_view content;
            if (choice["delta"]["content"].get(content) == simdjson::SUCCESS) reference.content += content;
        }
    }
    if (event["error"].get(error) == simdjson::SUCCESS && !error.is_null()) reference.error = true;
    if (event["usage"].get(usage) != simdjson::SUCCESS || !usage.is_object()) return;
    reference.has_usage = true;
    reference.usage = {.prompt = count_in(usage, "prompt_tokens"), .completion = count_in(usage, "completion_tokens")};
    if (usage["prompt_tokens_details"].get(details) == simdjson::SUCCESS && details.is_object()) {
        reference.usage.cache_read = count_in(details, "cached_tokens");
        reference.usage.cache_write = count_in(details, "cache_write_tokens");
    }
    if (usage["completion_tokens_details"].get(details) == simdjson::SUCCESS && details.is_object())
        reference.usage.reasoning = count_in(details, "reasoning_tokens");
    reference.usage.cache_read = std::max(reference.usage.cache_read, count_in(usage, "prompt_cache_hit_tokens"));
}

Reference read_plainly(const std::string& body) {
    Reference reference;
    simdjson::dom::parser parser;
    std::istringstream lines(body);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.starts_with("data:")) continue;
        simdjson::dom::element event;
        if (parser.parse(line.substr(5)).get(event) == simdjson::SUCCESS && event.is_object())
            read_event(event, reference);
    }
    return reference;
}

struct Recording {
    std::string name, body;
};

std::vector<Recording> recordings() {
    std::vector<Recording> found;
    const std::filesystem::path root = std::filesystem::path(TOLLGATE_TEST_DATA) / "recordings";
    if (!std::filesystem::exists(root)) return found;
    for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
        if (file.path().parent_path().filename() != "stream" || file.path().extension() != ".response") continue;
        std::stringstream text;
        text << std::ifstream(file.path(), std::ios::binary).rdbuf();
        const std::string whole = text.str();
        if (whole.find(" 200") > whole.find('\n')) continue;
        const auto line_end = whole.find('\n');
        const bool carriage = line_end > 0 && whole[line_end - 1] == '\r';
        const std::string_view end = carriage ? "\r\n\r\n" : "\n\n";
        found.push_back(
            {std::filesystem::relative(file.path(), root).string(), whole.substr(whole.find(end) + end.size())});
    }
    return found;
}

struct Metered {
    StreamFacts facts;
    std::string out;
};

Metered meter(const std::string& body, std::size_t piece_bytes, bool hide_usage) {
    AnswerStream stream;
    AnswerStream::Options options;
    options.client_asked_for_usage = !hide_usage;
    stream.begin(options);
    Metered result;
    for (std::size_t at = 0; at < body.size(); at += piece_bytes)
        stream.feed(std::string_view(body).substr(at, piece_bytes), result.out);
    result.facts = stream.facts();
    stream.append_held(result.facts.usage, "0.000000005", result.out);
    return result;
}

TEST(AnswerStreamRecordings, UsageAndTextAreThoseOfAPlainReading) {
    int checked = 0, with_usage = 0;
    for (const auto& recording : recordings()) {
        SCOPED_TRACE(recording.name);
        const Reference expected = read_plainly(recording.body);
        if (!expected.is_chat || expected.error) continue;  // another provider's own protocol
        ++checked;
        for (const std::size_t piece_bytes : {recording.body.size(), std::size_t{1}, std::size_t{61}}) {
            const Metered result = meter(recording.body, piece_bytes, false);
            EXPECT_FALSE(result.facts.invalid);
            EXPECT_EQ(result.facts.has_usage, expected.has_usage);
            EXPECT_EQ(result.facts.usage, expected.usage);
            const Reference shown = read_plainly(result.out);
            EXPECT_EQ(shown.content, expected.content) << "what the client reads";
            EXPECT_EQ(shown.usage, expected.usage);
            EXPECT_TRUE(result.out.ends_with("data: [DONE]\n\n"));
            const Metered hidden = meter(recording.body, piece_bytes, true);
            EXPECT_FALSE(read_plainly(hidden.out).has_usage);
            EXPECT_EQ(read_plainly(hidden.out).content, expected.content);
            EXPECT_EQ(hidden.facts.usage, expected.usage);
        }
        with_usage += expected.has_usage;
    }
    if (checked == 0) GTEST_SKIP() << "no recordings in " << TOLLGATE_TEST_DATA;
    RecordProperty("streams", checked);
    RecordProperty("with_usage", with_usage);
    EXPECT_GT(with_usage, 10);
}

TEST(AnswerStreamRecordings, StreamsOfOtherProtocolsAreReadSafely) {
    int checked = 0;
    for (const auto& recording : recordings()) {
        SCOPED_TRACE(recording.name);
        const Metered whole = meter(recording.body, recording.body.size() + 1, false);
        const Metered split = meter(recording.body, 7, false);
        EXPECT_EQ(whole.out, split.out);
        EXPECT_EQ(whole.facts.usage, split.facts.usage);
        ++checked;
    }
    if (checked == 0) GTEST_SKIP() << "no recordings in " << TOLLGATE_TEST_DATA;
}

}  // namespace
}  // namespace tollgate
