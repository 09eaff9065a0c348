// What clients of Anthropic's Messages API make of a stream, as its SDKs do; and answers of any dialect that are
// written for them.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/reader/sse.h"

namespace tollgate::messages_test {

inline AnswerOptions client_options(const Inbound& inbound = messages_inbound()) {
    AnswerOptions options;
    options.inbound = &inbound;
    options.generation = "gen-1";
    options.provider = "Some";
    options.model = "author/model";
    options.prompt_tokens = 12;
    return options;
}

inline constexpr ChargedUsage kUsage{.counts = {.prompt = 100, .completion = 5, .cache_read = 75}, .cost = "0.5"};

// The message that a client puts together. Fails where the events are not as the API has them: named in their frames,
// begun and ended once, blocks in order, each started and stopped once, and no delta of one that is not open.
class ReceivedStream {
  public:
    explicit ReceivedStream(std::string_view bytes) {
        SseReader reader;
        reader.begin(1 << 24);
        while (reader.next(bytes) == SseReader::Step::event) {
            EXPECT_TRUE(is_json(reader.data(), 64)) << reader.data();
            const boost::json::object event = boost::json::parse(reader.data()).as_object();
            EXPECT_EQ(reader.name(), event.at("type").as_string());
            names.emplace_back(reader.name());
            take(event);
        }
        EXPECT_TRUE(open_.empty());
    }

    boost::json::object message;
    boost::json::array content;
    std::vector<std::string> names;
    std::optional<boost::json::object> error;
    boost::json::object end;  // the message_delta
    bool stopped = false;

  private:
    void take(const boost::json::object& event) {
        const std::string type(event.at("type").as_string());
        EXPECT_FALSE(stopped) << "nothing comes after the end";
        if (type == "ping") return;
        EXPECT_EQ(type == "message_start" || type == "error", message.empty()) << type;
        if (type == "message_start") message = event.at("message").as_object();
        if (type == "content_block_start") start(event);
        if (type == "content_block_delta") add(index_of(event), event.at("delta").as_object());
        if (type == "content_block_stop") stop(index_of(event));
        if (type == "message_delta") {
            EXPECT_TRUE(open_.empty());
            EXPECT_TRUE(end.empty());
            end = event;
            message["stop_reason"] = event.at("delta").at("stop_reason");
            message["stop_sequence"] = event.at("delta").at("stop_sequence");
            for (const auto& [name, value] : event.at("usage").as_object()) message["usage"].as_object()[name] = value;
        }
        stopped = type == "message_stop";
        if (type == "error") error = event.at("error").as_object();
    }
    static std::size_t index_of(const boost::json::object& event) {
        return static_cast<std::size_t>(event.at("index").as_int64());
    }
    void start(const boost::json::object& event) {
        EXPECT_EQ(index_of(event), content.size());
        open_.insert(content.size());
        content.push_back(event.at("content_block"));
        inputs_.emplace_back();
    }
    void add(std::size_t index, const boost::json::object& delta) {
        ASSERT_TRUE(open_.contains(index)) << index;
        boost::json::object& block = content[index].as_object();
        for (const auto& [name, value] : delta) {
            if (name == "partial_json") inputs_[index] += value.as_string();
            if (name == "citation") {
                if (!block.contains("citations")) block["citations"] = boost::json::array();
                block["citations"].as_array().push_back(value);
            }
            if (name == "text" || name == "thinking" || name == "signature")
                block.at(name).as_string() += value.as_string();
        }
    }
    void stop(std::size_t index) {
        EXPECT_EQ(open_.erase(index), 1U) << index;
        boost::json::object& block = content[index].as_object();
        if (block.at("type") != "tool_use") return;
        boost::system::error_code failed;
        const boost::json::value input = boost::json::parse(inputs_[index].empty() ? "{}" : inputs_[index], failed);
        block["input"] = failed ? boost::json::value(inputs_[index]) : input;
    }

    std::set<std::size_t> open_;
    std::vector<std::string> inputs_;
};

// A whole stream of these events, to its end.
inline std::string stream_of(std::span<const AnswerEvent> events, const AnswerOptions& options = client_options(),
                             const ChargedUsage& usage = kUsage) {
    std::string out;
    AnswerMeter meter;
    meter.begin();
    const auto writer = messages_client().event_writer();
    writer->begin(options);
    for (const AnswerEvent& event : events) writer->append(event, out);
    writer->append_end(meter, usage, out);
    return out;
}

inline boost::json::object answer_of(std::span<const AnswerEvent> events,
                                     const AnswerOptions& options = client_options(),
                                     const ChargedUsage& usage = kUsage) {
    std::string out;
    messages_client().write_answer(events, options, usage, out);
    EXPECT_TRUE(is_json(out, 64)) << out;
    return boost::json::parse(out).as_object();
}

}  // namespace tollgate::messages_test
