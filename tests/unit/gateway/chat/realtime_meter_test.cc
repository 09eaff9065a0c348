#include "gateway/chat/realtime_meter.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

using Consequence = RealtimeMeter::Consequence;
using Kind = ServerEvent::Kind;

ServerEvent came(const std::string& text) { return read_server_event(text); }
ClientEvent sent(const std::string& text) { return read_client_event(text); }

const std::string kDone =
    R"({"type":"response.done","event_id":"e","response":{"object":"realtime.response","id":"r1","status":"completed",)"
    R"("usage":{"total_tokens":253,"input_tokens":132,"output_tokens":121,"input_token_details":{"text_tokens":119,)"
    R"("audio_tokens":13,"image_tokens":0,"cached_tokens":64,"cached_tokens_details":{"text_tokens":64,"audio_tokens":0}},)"
    R"("output_token_details":{"text_tokens":30,"audio_tokens":91}}}})";

TEST(RealtimeEvent, ReadsTheUsageOfAResponse) {
    const ServerEvent done = came(kDone);
    EXPECT_EQ(done.kind, Kind::done);
    EXPECT_EQ(done.id, "r1");
    EXPECT_EQ(done.finish, "stop");
    ASSERT_TRUE(done.has_usage);
    EXPECT_EQ(done.usage.prompt, 132);
    EXPECT_EQ(done.usage.completion, 121);
    EXPECT_EQ(done.usage.cache_read, 64);
    EXPECT_EQ(done.usage.total, 253);
}

TEST(RealtimeEvent, ReadsHowAResponseEnded) {
    const auto finish = [](const std::string& members) {
        return std::string(came(R"({"type":"response.done","response":{"id":"r",)" + members + "}}").finish);
    };
    EXPECT_EQ(finish(R"("status":"completed")"), "stop");
    EXPECT_EQ(finish(R"("status":"cancelled","status_details":{"reason":"turn_detected"})"), "cancelled");
    EXPECT_EQ(finish(R"("status":"incomplete","status_details":{"reason":"max_output_tokens"})"), "length");
    EXPECT_EQ(finish(R"("status":"incomplete","status_details":{"reason":"content_filter"})"), "content_filter");
    EXPECT_EQ(finish(R"("status":"failed","usage":null)"), "");
    EXPECT_FALSE(came(R"({"type":"response.done","response":{"id":"r","status":"failed","usage":null}})").has_usage);
}

TEST(RealtimeEvent, ReadsTranscriptionsByTokensAndByTime) {
    const std::string begin =
        R"({"type":"conversation.item.input_audio_transcription.completed","item_id":"i1","transcript":"hi","usage":)";
    ServerEvent event = came(begin + R"({"type":"tokens","total_tokens":22,"input_tokens":13,"output_tokens":9}})");
    EXPECT_EQ(event.kind, Kind::transcribed);
    EXPECT_EQ(event.id, "i1");
    EXPECT_EQ(event.usage.prompt, 13);
    EXPECT_EQ(event.usage.completion, 9);
    event = came(begin + R"({"type":"duration","seconds":2.51}})");
    EXPECT_TRUE(event.has_usage);
    EXPECT_EQ(event.usage.prompt, 26);
    EXPECT_EQ(event.usage.completion, 0);
    for (const char* const odd : {"-1", "1e300", "\"2\"", "null", "nan"}) {
        EXPECT_FALSE(came(begin + R"({"type":"duration","seconds":)" + odd + "}}").has_usage) << odd;
    }
    EXPECT_FALSE(came(begin + "null}").has_usage);
}

TEST(RealtimeEvent, WhatIsNoEventIsAnotherOne) {
    for (const char* const text : {"", "{", "[]", "null", "\"response.create\"", R"({"type":7})", R"({"kind":"x"})",
                                   R"({"event":{"type":"response.create"}})"}) {
        EXPECT_EQ(sent(text).kind, ClientEvent::Kind::other) << text;
        EXPECT_EQ(came(text).kind, Kind::other) << text;
    }
    // However the name is spelt, and where two stand, the last one.
    EXPECT_EQ(sent(R"({"type":"response.cre\u0061te"})").kind, ClientEvent::Kind::create);
    EXPECT_EQ(sent(R"( {"type":"session.update","type":"response.create"})").kind, ClientEvent::Kind::create);
    EXPECT_EQ(sent(R"({"type":"response.create","event_id":")" + std::string(500, 'x') + "\"}").id.size(),
              kMostEventIdBytes);
}

TEST(RealtimeEvent, ReadsTheModelsThatAClientNames) {
    const auto model = [](const std::string& text) {
        std::string all;
        for (const std::string_view named : sent(text).models) all += named;
        return all;
    };
    EXPECT_EQ(model(R"({"type":"session.update","session":{"model":"m2","voice":"ash"}})"), "\"m2\"");
    EXPECT_EQ(model(R"({"type":"response.create","response":{"model":"m2"}})"), "\"m2\"");
    EXPECT_EQ(model(R"({"type":"response.create","model":7})"), "7");
    EXPECT_EQ(model(R"({"type":"session.update","session":{"model":null}})"), "");
    EXPECT_EQ(model(R"({"model":"m1","type":"session.update","response":{"model":"m2"},"session":{"model":"m3"}})"),
              R"("m3""m2""m1")");
    EXPECT_EQ(model(R"({"type":"session.update","session":{"audio":{"input":{"transcription":{"model":"w"}}}}})"), "");
}

TEST(RealtimeMeter, AResponseEndsOnce) {
    RealtimeMeter meter;
    EXPECT_EQ(meter.expected(), 1U);
    meter.sent(sent(R"({"type":"response.create","event_id":"c1"})"));
    meter.sent(sent(R"({"type":"response.create","event_id":"c2"})"));
    EXPECT_EQ(meter.expected(), 2U);
    EXPECT_EQ(meter.expected(true), 3U);
    EXPECT_EQ(meter.came(came(R"({"type":"response.created","response":{"id":"r1"}})")), Consequence::begins);
    EXPECT_EQ(meter.came(came(R"({"type":"response.created","response":{"id":"r1"}})")), Consequence::none);
    EXPECT_EQ(meter.expected(), 1U);
    EXPECT_TRUE(meter.any_running());
    EXPECT_EQ(meter.came(came(kDone)), Consequence::ends);
    EXPECT_FALSE(meter.any_running());
    EXPECT_EQ(meter.came(came(kDone)), Consequence::none);
}

TEST(RealtimeMeter, AResponseWithoutAnIdOfItsOwnIsNoneThatCouldBePaidFor) {
    RealtimeMeter meter;
    const std::string longest(kMostEventIdBytes, 'x');
    EXPECT_EQ(meter.came(came(R"({"type":"response.created","response":{"id":")" + longest + "\"}}")),
              Consequence::begins);
    EXPECT_EQ(meter.came(came(kDone)), Consequence::uses);
    for (const std::string& id : {R"("id":")" + longest + "y\"", std::string(R"("id":"")"), std::string(R"("id":7)"),
                                  std::string(R"("status":"completed")")}) {
        for (const char* const type : {"created", "done"}) {
            const std::string event = std::string(R"({"type":"response.)") + type + R"(","response":{)" + id + "}}";
            EXPECT_EQ(meter.came(came(event)), Consequence::unidentified) << event;
        }
    }
    // Another one of an id that is over would be nobody's: what is done again is the same.
    EXPECT_EQ(meter.came(came(R"({"type":"response.created","response":{"id":"r1"}})")), Consequence::unidentified);
    EXPECT_EQ(meter.came(came(kDone)), Consequence::none);
    EXPECT_EQ(meter.running(), std::vector<std::string>{longest});
}

TEST(RealtimeMeter, WhatNeverBeganIsPaidForAllTheSame) {
    RealtimeMeter meter;
    EXPECT_EQ(meter.came(came(R"({"type":"response.done","response":{"id":"r9","status":"failed"}})")),
              Consequence::none);
    EXPECT_EQ(meter.came(came(kDone)), Consequence::uses);
    EXPECT_EQ(meter.came(came(kDone)), Consequence::none);
    EXPECT_EQ(meter.context_tokens(), 253);
}

TEST(RealtimeMeter, ARefusedRequestForAResponseIsNotWaitedFor) {
    RealtimeMeter meter;
    meter.sent(sent(R"({"type":"response.create","event_id":"c1"})"));
    meter.sent(sent(R"({"type":"response.create","event_id":"c2"})"));
    for (const char* const of_another : {R"("event_id":"other")", R"("event_id":null)", R"("code":"x")"}) {
        EXPECT_EQ(meter.came(came(std::string(R"({"type":"error","error":{)") + of_another + "}}")), Consequence::none);
    }
    EXPECT_EQ(meter.expected(true), 3U);
    EXPECT_EQ(meter.came(came(R"({"type":"error","error":{"event_id":"c1","message":"no"}})")), Consequence::refuses);
    EXPECT_EQ(meter.expected(true), 2U);
}

TEST(RealtimeMeter, AnErrorThatNamesNoEventIsAboutOneWithoutAnId) {
    RealtimeMeter meter;
    const ServerEvent refusal = came(R"({"type":"error","error":{"event_id":null,"message":"no"}})");
    meter.sent(sent(R"({"type":"response.create","event_id":"c1"})"));
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(meter.may_create());
        meter.sent(sent(R"({"type":"response.create"})"));
        EXPECT_EQ(meter.expected(), 2U);
        EXPECT_EQ(meter.came(refusal), Consequence::refuses);
    }
    EXPECT_EQ(meter.came(refusal), Consequence::none);
    EXPECT_EQ(meter.expected(), 1U);
}

TEST(RealtimeMeter, ResponsesAreBounded) {
    RealtimeMeter meter;
    for (std::size_t i = 0; i < RealtimeMeter::kMostResponses; ++i) {
        EXPECT_TRUE(meter.may_create());
        meter.sent(sent(R"({"type":"response.create"})"));
    }
    EXPECT_FALSE(meter.may_create());
    for (std::size_t i = 0; i < RealtimeMeter::kMostResponses; ++i) {
        const std::string id = std::to_string(i);
        EXPECT_EQ(meter.came(came(R"({"type":"response.created","response":{"id":")" + id + "\"}}")),
                  Consequence::begins);
    }
    EXPECT_EQ(meter.came(came(R"({"type":"response.created","response":{"id":"more"}})")), Consequence::too_many);
}

TEST(RealtimeMeter, CountsWhatIsSpokenByTheSoundsFormat) {
    const auto spoken = [](const std::string& format) {
        RealtimeMeter meter;
        meter.came(came(R"({"type":"session.created","session":)" + format + "}"));
        meter.came(came(R"({"type":"response.created","response":{"id":"r1"}})"));
        const std::string second(64000, 'A');  // a second of PCM, six of G.711
        const std::string delta = R"(,"response_id":"r1","delta":")";
        EXPECT_EQ(meter.came(came(R"({"type":"response.output_audio.delta")" + delta + second + "\"}")),
                  Consequence::progresses);
        meter.came(came(R"({"type":"response.output_audio_transcript.delta")" + delta + "12345678\"}"));
        meter.came(came(R"({"type":"response.output_audio.delta","response_id":"r2","delta":"AAAA"})"));
        return meter.spoken_tokens_of("r1");
    };
    EXPECT_EQ(spoken("{}"), 20 + 2);
    EXPECT_EQ(spoken(R"({"output_audio_format":"pcm16","input_audio_format":"g711_ulaw"})"), 20 + 2);
    EXPECT_EQ(spoken(R"({"output_audio_format":"g711_alaw"})"), 120 + 2);
    EXPECT_EQ(spoken(R"({"audio":{"output":{"format":{"type":"audio/pcmu"}}}})"), 120 + 2);
}

TEST(RealtimeMeter, KnowsHowLongTheConversationIs) {
    RealtimeMeter meter;
    const std::string tenth(6400, 'A');  // of a second of PCM
    meter.sent(sent(R"({"type":"input_audio_buffer.append","audio":")" + tenth + "\"}"));
    const std::int64_t first = meter.context_tokens();
    EXPECT_GE(first, 1);
    EXPECT_LE(first, 20);  // a token of sound, and the event's own text
    meter.came(came(R"({"type":"response.created","response":{"id":"r1"}})"));
    meter.sent(sent(R"({"type":"conversation.item.create","item":{"content":")" + std::string(4000, 'x') + "\"}}"));
    const std::int64_t added = meter.context_tokens() - first;
    EXPECT_GE(added, 1000);
    meter.came(came(kDone));
    // What was added while it ran is not in its usage.
    EXPECT_EQ(meter.context_tokens(), 253 + added);
    EXPECT_EQ(meter.added_tokens(), added);
}

}  // namespace
}  // namespace tollgate
