// Whole streams in the shapes of real providers: what is read out of them is what a plain reading of every data line
// finds.
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
    bool is_chat = false;      // events of chat.completion.chunk's shape
    bool has_usage = false;    // wherever it stands
    bool shows_usage = false;  // as OpenAI's does
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
    if (event["usage"].get(usage) == simdjson::SUCCESS && usage.is_object()) {
        reference.shows_usage = true;
    } else if (event["x_groq"]["usage"].get(usage) != simdjson::SUCCESS || !usage.is_object()) {
        return;
    }
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

struct Stream {
    std::string name, body;
};

std::string contents_of(const std::filesystem::path& file) {
    std::stringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

// Written for these tests, in the shapes that providers send.
std::vector<Stream> written_streams() {
    std::vector<Stream> found;
    for (const auto& file : std::filesystem::directory_iterator("tests/data/streams")) {
        if (file.path().extension() == ".sse") found.push_back({file.path().filename(), contents_of(file.path())});
    }
    return found;
}

// Recorded of real providers; they are not part of the repository.
std::vector<Stream> recorded_streams() {
    std::vector<Stream> found;
    const std::filesystem::path root = std::filesystem::path(TOLLGATE_TEST_DATA) / "recordings";
    if (!std::filesystem::exists(root)) return found;
    for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
        if (file.path().parent_path().filename() != "stream" || file.path().extension() != ".response") continue;
        const std::string whole = contents_of(file.path());
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
    const TokenCounts counts = billed_usage(result.facts.usage, {}).counts;
    stream.append_end({.counts = counts, .reported = result.facts.has_usage, .cost = "0.000000005"}, result.out);
    return result;
}

// How many of the streams were chats, and how many of those told their usage.
struct Checked {
    int chats = 0, with_usage = 0;
};

// Usage and text are those of a plain reading, whatever the reads.
Checked check_against_plain_reading(const std::vector<Stream>& streams) {
    Checked checked;
    for (const auto& stream : streams) {
        SCOPED_TRACE(stream.name);
        const Reference expected = read_plainly(stream.body);
        if (!expected.is_chat || expected.error) continue;  // another provider's own protocol
        ++checked.chats;
        checked.with_usage += expected.has_usage;
        for (const std::size_t piece_bytes : {stream.body.size(), std::size_t{1}, std::size_t{61}}) {
            const Metered result = meter(stream.body, piece_bytes, false);
            EXPECT_FALSE(result.facts.invalid);
            EXPECT_EQ(result.facts.has_usage, expected.has_usage);
            EXPECT_EQ(billed_usage(result.facts.usage, {}).counts, expected.usage);
            const Reference shown = read_plainly(result.out);
            EXPECT_EQ(shown.content, expected.content) << "what the client reads";
            EXPECT_EQ(shown.usage, expected.usage);
            EXPECT_TRUE(result.out.ends_with("data: [DONE]\n\n"));
            const Metered hidden = meter(stream.body, piece_bytes, true);
            EXPECT_FALSE(read_plainly(hidden.out).shows_usage);
            EXPECT_EQ(read_plainly(hidden.out).content, expected.content);
            EXPECT_EQ(billed_usage(hidden.facts.usage, {}).counts, expected.usage);
        }
    }
    return checked;
}

void check_that_reads_make_no_difference(const std::vector<Stream>& streams) {
    for (const auto& stream : streams) {
        SCOPED_TRACE(stream.name);
        const Metered whole = meter(stream.body, stream.body.size() + 1, false);
        const Metered split = meter(stream.body, 7, false);
        EXPECT_EQ(whole.out, split.out);
        EXPECT_EQ(whole.facts.usage, split.facts.usage);
    }
}

TEST(AnswerStreamRecordings, WrittenStreamsAreReadAsPlainReadingDoes) {
    const Checked checked = check_against_plain_reading(written_streams());
    EXPECT_EQ(checked.chats, 9) << "of tests/data/streams";
    EXPECT_EQ(checked.with_usage, 8);
    check_that_reads_make_no_difference(written_streams());
}

TEST(AnswerStreamRecordings, RecordedStreamsAreReadAsPlainReadingDoes) {
    const std::vector<Stream> streams = recorded_streams();
    if (streams.empty())
        GTEST_SKIP() << "recordings of real providers are not in the repository; none in " << TOLLGATE_TEST_DATA;
    const Checked checked = check_against_plain_reading(streams);
    RecordProperty("streams", checked.chats);
    EXPECT_GT(checked.with_usage, 10);
    check_that_reads_make_no_difference(streams);
}

}  // namespace
}  // namespace tollgate
