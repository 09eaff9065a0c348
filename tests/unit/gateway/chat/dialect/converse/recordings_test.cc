// Recorded answers of Bedrock: what they say is what a plain reading of the recording finds, however the bytes are
// split, and what a client of chat completions was given comes back as the blocks that Bedrock had sent. Not part of
// the repository.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <iostream>
#include <optional>
#include <random>

#include "gateway/chat/dialect/chat/answer_writer.h"
#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/converse/request_writer.h"
#include "gateway/chat/dialect/messages/answer_reader.h"
#include "gateway/text/base64.h"
#include "tests/unit/gateway/chat/dialect/converse/answer_fixture.h"
#include "tests/unit/gateway/chat/recorded_calls.h"

namespace tollgate::converse_test {
namespace {

namespace json = boost::json;

using Recording = chat_test::RecordedCall;

std::vector<Recording> recordings(const std::string& kind) { return chat_test::recorded_calls("bedrock", kind); }

// --- The plain reading: whole frames, and JSON by another library

std::uint32_t number_at(std::string_view bytes, std::size_t at, int width) {
    std::uint32_t number = 0;
    for (int i = 0; i < width; ++i) number = number * 256 + static_cast<unsigned char>(bytes[at + i]);
    return number;
}

struct Frame {
    std::string name;
    json::object payload;
};

std::vector<Frame> frames_of(std::string_view body) {
    std::vector<Frame> frames;
    while (!body.empty()) {
        const std::size_t total = number_at(body, 0, 4), header_bytes = number_at(body, 4, 4);
        std::string_view headers = body.substr(12, header_bytes);
        Frame frame{.name = {},
                    .payload = json::parse(body.substr(12 + header_bytes, total - header_bytes - 16)).as_object()};
        while (!headers.empty()) {
            const std::size_t name_bytes = static_cast<unsigned char>(headers[0]);
            const std::size_t value_bytes = number_at(headers, name_bytes + 2, 2);
            if (headers.substr(1, name_bytes) == ":event-type") {
                frame.name = headers.substr(name_bytes + 4, value_bytes);
            }
            headers.remove_prefix(name_bytes + 4 + value_bytes);
        }
        frames.push_back(std::move(frame));
        body.remove_prefix(total);
    }
    return frames;
}

std::string text_at(const json::value& value, std::string_view pointer) {
    boost::system::error_code failed;
    const auto* const found = value.find_pointer(pointer, failed);
    return found == nullptr || !found->is_string() ? std::string() : std::string(found->as_string());
}

std::int64_t count_at(const json::value& value, std::string_view pointer) {
    boost::system::error_code failed;
    const auto* const found = value.find_pointer(pointer, failed);
    return found == nullptr || !found->is_int64() ? 0 : found->as_int64();
}

void add_usage(const json::value& holder, Said& said) {
    said.usage.cache_read = count_at(holder, "/usage/cacheReadInputTokens");
    said.usage.cache_write = count_at(holder, "/usage/cacheWriteInputTokens");
    said.usage.prompt = count_at(holder, "/usage/inputTokens") + said.usage.cache_read + said.usage.cache_write;
    said.usage.completion = count_at(holder, "/usage/outputTokens");
}

void add_finish(const json::value& holder, Said& said) {
    said.native = text_at(holder, "/stopReason");
    said.finish = said.native == "max_tokens" ? "length" : said.native == "tool_use" ? "tool_calls" : "stop";
}

Said said_by_frames(const std::vector<Frame>& frames) {
    Said said;
    std::string open_tool;
    for (const Frame& frame : frames) {
        const json::value payload = frame.payload;
        if (frame.name == "contentBlockStart") {
            open_tool = text_at(payload, "/start/toolUse/type") == "server_tool_use"
                            ? ""
                            : text_at(payload, "/start/toolUse/toolUseId");
            if (!open_tool.empty()) said.calls.push_back({open_tool, text_at(payload, "/start/toolUse/name"), {}});
        }
        if (frame.name == "contentBlockDelta") {
            said.text += text_at(payload, "/delta/text");
            said.reasoning += text_at(payload, "/delta/reasoningContent/text");
            said.signature += text_at(payload, "/delta/reasoningContent/signature");
            const std::string sealed = text_at(payload, "/delta/reasoningContent/redactedContent");
            if (!sealed.empty()) said.sealed.push_back(from_base64(sealed).value());  // all of Claude
            if (!open_tool.empty()) said.calls.back().arguments += text_at(payload, "/delta/toolUse/input");
        }
        if (frame.name == "contentBlockStop") {
            if (!open_tool.empty() && said.calls.back().arguments.empty()) said.calls.back().arguments = "{}";
            open_tool.clear();
        }
        if (frame.name == "messageStop") add_finish(payload, said);
        if (frame.name == "metadata") add_usage(payload, said);
    }
    return said;
}

Said said_by_body(const json::value& body) {
    Said said;
    for (const json::value& block : body.at_pointer("/output/message/content").as_array()) {
        said.text += text_at(block, "/text");
        said.reasoning += text_at(block, "/reasoningContent/reasoningText/text");
        said.signature += text_at(block, "/reasoningContent/reasoningText/signature");
        if (const std::string sealed = text_at(block, "/reasoningContent/redactedContent"); !sealed.empty()) {
            said.sealed.push_back(from_base64(sealed).value());
        }
        if (const auto* const tool = block.as_object().if_contains("toolUse")) {
            said.calls.push_back(
                {text_at(*tool, "/toolUseId"), text_at(*tool, "/name"), json::serialize(tool->at("input"))});
        }
    }
    add_finish(body, said);
    add_usage(body, said);
    return said;
}

Said with_same_spelling(Said said) {
    for (Call& call : said.calls) call.arguments = json::serialize(json::parse(call.arguments));
    return said;
}

// --- What came is what is said

TEST(BedrockRecordings, StreamsSayWhatTheyDidHoweverTheyAreSplit) {
    int streams = 0, frames = 0;
    std::mt19937 random(7);
    for (const Recording& recording : recordings("stream")) {
        SCOPED_TRACE(recording.name);
        if (!recording.path.ends_with("/converse-stream")) {
            std::cout << "skipped: " << recording.name << " is of " << recording.path << "\n";
            continue;
        }
        const std::vector<Frame> plain_frames = frames_of(recording.body);
        const Said expected = said_by_frames(plain_frames);
        const Reading whole = read_stream(recording.body);
        EXPECT_FALSE(whole.corrupt || whole.cut_off);
        EXPECT_EQ(whole.last, AnswerRead::done);
        EXPECT_TRUE(whole.said == expected) << whole.said.text << "\n" << expected.text;
        EXPECT_EQ(whole.facts.text.reasoning_bytes, static_cast<std::int64_t>(expected.reasoning.size()));
        EXPECT_TRUE(read_stream(recording.body, 1).said == expected);
        EXPECT_TRUE(read_in_pieces(recording.body, [&] { return 1 + random() % 300; }).said == expected);
        EXPECT_TRUE(read_stream(std::string_view(recording.body).substr(0, recording.body.size() - 1)).cut_off);
        std::string damaged = recording.body;
        damaged[random() % damaged.size()] ^= 1;
        EXPECT_TRUE(read_stream(damaged).corrupt);
        ++streams;
        frames += static_cast<int>(plain_frames.size());
    }
    if (streams == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << streams << " recorded streams of " << frames << " frames\n";
    EXPECT_GE(streams, 8);
}

// The client sends the message back, with a result for each of its calls.
void expect_to_come_back(const std::string& body, const Said& expected) {
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    ASSERT_EQ(read_converse_answer(body, facts, events), AnswerRead::event);
    AnswerOptions options;
    options.inbound = &openai_inbound();
    options.generation = "gen-1";
    std::string answer;
    write_chat_answer(events, options, {.counts = expected.usage, .cost = "0.5"}, answer);
    json::object message = json::parse(answer).at_pointer("/choices/0/message").as_object();
    message["role"] = "assistant";
    json::array messages{{{"role", "user"}, {"content", "go"}}, message};
    for (const Call& call : expected.calls) {
        messages.push_back({{"role", "tool"}, {"tool_call_id", call.id}, {"content", "ok"}});
    }
    const std::string sent = json::serialize(json::object{{"model", "m"}, {"messages", messages}});
    ChatRequest request;
    ASSERT_FALSE(read_chat_request(sent, {}, request));
    std::string text;
    TranslationNotes notes;
    ASSERT_FALSE(write_converse_request(request, {.model = "m"}, text, notes));
    const json::value back = json::parse(text);
    ASSERT_GE(back.at("messages").as_array().size(), 2U);
    Said said = said_by_body({{"output", {{"message", back.at("messages").at(1)}}}});
    said.finish = expected.finish;
    said.native = expected.native;
    said.usage = expected.usage;
    Said without_unsigned = expected;
    if (expected.signature.empty()) without_unsigned.reasoning.clear();  // that nobody vouches for is not sent
    EXPECT_TRUE(said == without_unsigned) << text;
    if (!expected.calls.empty())
        EXPECT_EQ(back.at("messages").at(2).at("content").as_array().size(), expected.calls.size());
}

TEST(BedrockRecordings, PlainAnswersSayWhatTheyDidAndComeBack) {
    int answers = 0, calls = 0, claude = 0, embeddings = 0;
    for (const Recording& recording : recordings("json")) {
        SCOPED_TRACE(recording.name);
        ASSERT_TRUE(is_json(recording.body, kDepth));
        const json::value body = json::parse(recording.body);
        if (recording.path.find("embed") != std::string::npos || !body.as_object().contains("output")) {
            if (!body.as_object().contains("stop_reason")) {
                ++embeddings;
                continue;
            }
            // Claude by InvokeModel: its own API's answers.
            AnswerDelta facts;
            std::vector<AnswerEvent> events;
            EXPECT_EQ(read_messages_answer(recording.body, facts, events), AnswerRead::event);
            EXPECT_EQ(billed_usage(facts.usage.value_or(ReportedUsage()), {}).counts.completion,
                      count_at(body, "/usage/output_tokens"));
            ++claude;
            continue;
        }
        const Said expected = said_by_body(body);
        const Reading reading = read_plain(recording.body);
        EXPECT_EQ(reading.last, AnswerRead::event);
        EXPECT_TRUE(with_same_spelling(reading.said) == expected) << reading.said.text;
        expect_to_come_back(recording.body, expected);
        ++answers;
        calls += static_cast<int>(expected.calls.size());
    }
    if (answers == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << answers << " recorded answers of Converse with " << calls << " calls, " << claude
              << " of Claude by InvokeModel; skipped: " << embeddings << " of embedding models\n";
    EXPECT_GE(answers, 20);
    EXPECT_GE(claude, 3);
}

TEST(BedrockRecordings, ErrorsHaveTheirWords) {
    int errors = 0;
    for (const Recording& recording : recordings("error")) {
        const auto error = read_provider_error(recording.body);
        ASSERT_TRUE(error) << recording.name;
        EXPECT_EQ(error->message, text_at(json::parse(recording.body), "/message"));
        ++errors;
    }
    if (errors == 0) GTEST_SKIP() << "recordings are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::cout << errors << " recorded errors\n";
}

}  // namespace
}  // namespace tollgate::converse_test
