#include "gateway/chat/repeated_event.h"

#include <gtest/gtest.h>

#include "gateway/chat/dialect/messages/answer_reader.h"

namespace tollgate {
namespace {

const std::string kBefore = R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":)";
std::string delta(const std::string& quoted) { return kBefore + quoted + "}}"; }

// A reader whose first text was "one".
class RepeatedEventTest : public ::testing::Test {
  protected:
    RepeatedEventTest() {
        read(R"({"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}})");
        read(R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})");
        read(first_);
    }

    void read(const std::string& data) {
        facts_ = {};
        events_.clear();
        ASSERT_EQ(reader_.read({}, data, facts_, events_), AnswerRead::event);
        repeated_.learn("e", data, facts_, events_);
    }
    bool repeats(const std::string& data, std::string_view name = "e") {
        facts_ = {};
        events_.clear();
        return repeated_.read(name, data, facts_, events_);
    }

    const std::string first_ = delta(R"("one")");
    MessagesEventReader reader_;
    RepeatedEvent repeated_;
    AnswerDelta facts_;
    std::vector<AnswerEvent> events_;
};

TEST_F(RepeatedEventTest, SaysWhatItsReaderWouldSay) {
    for (const std::string text : {R"("two")", R"("a \"quoted\" \u00e9 \\")", R"("é\ud83d\ude00")"}) {
        const std::string data = delta(text);
        ASSERT_TRUE(repeats(data)) << data;
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        ASSERT_EQ(reader_.read({}, data, facts, events), AnswerRead::event);
        ASSERT_EQ(events_.size(), 1);
        EXPECT_EQ(events_[0].text, events[0].text);
        EXPECT_EQ(events_[0].kind, events[0].kind);
        EXPECT_EQ(events_[0].part, events[0].part);
        EXPECT_EQ(facts_.text.bytes, facts.text.bytes);
        EXPECT_EQ(facts_.choices, facts.choices);
    }
}

TEST_F(RepeatedEventTest, IsNoneWhereAnythingElseDiffers) {
    EXPECT_FALSE(repeats(R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"two"}})"));
    EXPECT_FALSE(repeats(kBefore + R"("two","more":1}})"));
    EXPECT_FALSE(repeats(kBefore + R"("two"}}  )"));
    EXPECT_FALSE(repeats(delta(R"("two")"), "another"));
    EXPECT_FALSE(repeats(delta("17")));
    EXPECT_FALSE(repeats(delta(R"("")"))) << "an empty one says nothing";
}

TEST_F(RepeatedEventTest, IsNoneWhereTheTextIsNoJson) {
    EXPECT_FALSE(repeats(delta("\"a\nb\"")));
    EXPECT_FALSE(repeats(delta(R"("\x")")));
    EXPECT_FALSE(repeats(delta("\"\xff\"")));
    EXPECT_FALSE(repeats(delta(R"("a","b")")));
    EXPECT_FALSE(repeats(delta(R"("a"b")")));
}

TEST_F(RepeatedEventTest, ForgetsAtAnEventThatSaysMore) {
    read(R"({"type":"content_block_stop","index":0})");
    EXPECT_FALSE(repeats(delta(R"("two")")));
}

}  // namespace
}  // namespace tollgate
