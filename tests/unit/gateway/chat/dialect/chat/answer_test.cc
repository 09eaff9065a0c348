// Answers as the many upstreams of chat completions write them. Rows D… are kinds of faults that were reported of other
// gateways.
#include <boost/json.hpp>

#include "tests/unit/gateway/chat/dialect/chat/answer_fixture.h"

namespace tollgate::chat_upstream_test {
namespace {

using Call = Told::Call;
using Calls = std::vector<Call>;

std::string plain_body(const std::string& message, const std::string& reason = "\"stop\"",
                       const std::string& more = R"(,"usage":{"prompt_tokens":5,"completion_tokens":3})") {
    return R"({"id":"chatcmpl-0123456789","object":"chat.completion","model":"m","choices":[{"index":0,"message":{)"
           R"("role":"assistant",)" +
           message + R"(},"finish_reason":)" + reason + "}]" + more + "}";
}

// One event a delta, and the end.
std::string stream_body(const std::vector<std::string>& deltas, const std::string& reason = "stop",
                        const std::string& last_delta = "") {
    std::string body;
    const auto event = [&](const std::string& delta, const std::string& finish) {
        body +=
            R"(data: {"id":"chatcmpl-0123456789","object":"chat.completion.chunk","choices":[{"index":0,"delta":{)" +
            delta + R"(},"finish_reason":)" + finish + "}]}\n\n";
    };
    for (const std::string& delta : deltas) event(delta, "null");
    event(last_delta, "\"" + reason + "\"");
    return body +
           R"(data: {"id":"chatcmpl-0123456789","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":3}})" +
           "\n\ndata: [DONE]\n\n";
}

TEST(ChatAnswer, Text) {
    Answer answer = read_plain(plain_body(R"("content":"h\u00e9 \"x\"","refusal":null)"));
    EXPECT_EQ(answer.read, AnswerRead::event);
    EXPECT_EQ(answer.told(), (Told{.text = "hé \"x\"", .finish = "stop", .native = "stop"}));
    EXPECT_EQ(answer.listener.id(), "chatcmpl-0123456789");
    EXPECT_EQ(answer.facts.usage.prompt, 5);
    EXPECT_EQ(answer.facts.text.bytes, 7);
    EXPECT_EQ(answer.facts.finish_reason, "stop");
}

TEST(ChatAnswer, WhatIsNoAnswer) {
    EXPECT_EQ(read_plain(R"({"error":{"message":"no","code":400}})").read, AnswerRead::error);
    EXPECT_EQ(read_plain(R"({"data":[]})").read, AnswerRead::invalid);
    EXPECT_EQ(read_plain("[1]").read, AnswerRead::invalid);
    EXPECT_EQ(read_plain(plain_body(R"("content":"a")", "\"error\"")).read, AnswerRead::error);
}

TEST(ChatAnswer, D38Refusals) {
    EXPECT_EQ(read_plain(plain_body(R"("content":null,"refusal":"I can't")")).told().refusal, "I can't");
    EXPECT_EQ(read_plain(plain_body(R"("content":[{"type":"refusal","refusal":"no"}])")).told().refusal, "no");
    EXPECT_EQ(read_stream(stream_body({R"("refusal":"I ")", R"("refusal":"can't")"})).told().refusal, "I can't");
}

TEST(ChatAnswer, D39AFilteredAnswerMayBeEmpty) {
    Answer answer = read_plain(plain_body(R"("content":"")", "\"content_filter\""));
    EXPECT_EQ(answer.told(), (Told{.finish = "content_filter", .native = "content_filter"}));
}

TEST(ChatAnswer, D11D14CallsEndAnAnswerWhateverItsReasonSays) {
    const std::string call = R"("content":"","tool_calls":[{"index":0,"id":"c","type":"function",)"
                             R"("function":{"name":"f","arguments":"{}"}}])";
    for (const std::string_view reason : {"stop", "tool_calls", "function_call", "eos", "end_turn"}) {
        const std::string quoted = "\"" + std::string(reason) + "\"";
        Answer plain_answer = read_plain(plain_body(call, quoted));
        EXPECT_EQ(plain_answer.told().finish, "tool_calls") << reason;
        EXPECT_EQ(plain_answer.facts.finish_reason, "tool_calls");
        Answer streamed = read_stream(stream_body({call}, std::string(reason)));
        EXPECT_EQ(streamed.told().finish, "tool_calls") << reason;
        EXPECT_EQ(streamed.facts.finish_reason, "tool_calls");
        EXPECT_EQ(streamed.told().native, reason);
    }
    EXPECT_EQ(read_plain(plain_body(call, "\"length\"")).told().finish, "length");
    EXPECT_EQ(read_plain(plain_body(R"("content":"a")", "\"tool_calls\"")).told().finish, "stop") << "there are none";
}

TEST(ChatAnswer, D12CallsBehindTheReasonChangeIt) {
    const std::string call = R"({"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f",)"
                             R"("arguments":"{\"x\""}}]})";
    const auto event = [](const std::string& choice) { return R"(data: {"id":"i","choices":[)" + choice + "]}\n\n"; };
    const std::string text = event(R"({"index":0,"delta":{"content":"a"},"finish_reason":"stop"})");
    const std::string rest =
        event(R"({"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}})");
    for (const std::string again : {"", ",\"finish_reason\":\"stop\"", ",\"finish_reason\":\"tool_calls\""}) {
        Answer answer = read_stream(text + event(call + again + "}") + rest + "data: [DONE]\n\n");
        EXPECT_EQ(answer.told().finish, "tool_calls") << again;
        EXPECT_EQ(answer.told().calls, (Calls{{"c", "f", R"({"x":1})"}}));
        EXPECT_EQ(answer.facts.finish_reason, "tool_calls") << again;
    }
    const std::string bare = R"({"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f"}}]}})";
    EXPECT_EQ(read_stream(text + event(bare) + "data: [DONE]\n\n").told().calls, (Calls{{"c", "f", "{}"}}));
}

TEST(ChatAnswer, NoChoicesAreNoAnswer) {
    EXPECT_EQ(read_plain(R"({"id":"i","object":"chat.completion","choices":[],"usage":{"prompt_tokens":1}})").read,
              AnswerRead::invalid);
}

TEST(ChatAnswer, ProvidersOwnReasons) {
    const auto finish = [](const std::string& word) {
        return read_plain(plain_body(R"("content":"a")", "\"" + word + "\"")).told().finish;
    };
    EXPECT_EQ(finish("model_length"), "length");
    EXPECT_EQ(finish("insufficient_system_resource"), "length");
    EXPECT_EQ(finish("sensitive"), "content_filter");
    EXPECT_EQ(finish("network_error"), "error");
    EXPECT_EQ(finish("function_call_filter: MALFORMED_FUNCTION_CALL"), "error");
    EXPECT_EQ(finish("eos"), "stop");
    Answer answer = read_plain(R"({"id":"g","choices":[{"message":{"content":"a"},"finish_reason":"stop",)"
                               R"("native_finish_reason":"end_turn"}]})");
    EXPECT_EQ(answer.told().native, "end_turn");
}

TEST(ChatAnswer, AnEndWithoutAReasonIsTold) {
    Answer plain_answer = read_plain(plain_body(R"("content":"a")", "\"\""));
    EXPECT_EQ(plain_answer.told(), (Told{.text = "a", .finish = "stop"}));
    EXPECT_EQ(plain_answer.facts.finish_reason, "stop");
    const std::string event = R"(data: {"id":"i","choices":[{"index":0,"delta":{"tool_calls":[{"id":"a","function":)"
                              R"({"name":"f"}}]}}]})";
    Answer streamed = read_stream(event + "\n\ndata: [DONE]\n\n");
    EXPECT_EQ(streamed.told(), (Told{.finish = "tool_calls", .calls = {{"a", "f", "{}"}}}));
    EXPECT_EQ(streamed.facts.finish_reason, "tool_calls");
    EXPECT_EQ(read_stream(event + "\n\n").told().finish, "") << "cut off";
}

TEST(ChatAnswer, StopSequencesOfVllmAndSglang) {
    for (const std::string_view name : {"stop_reason", "matched_stop"}) {
        const std::string body = R"({"id":"g","choices":[{"message":{"content":"a"},"finish_reason":"stop",")" +
                                 std::string(name) + R"(":"END"}]})";
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        ASSERT_EQ(read_chat_answer(body, facts, events), AnswerRead::event);
        EXPECT_EQ(events.back().stop_sequence, "END");
    }
}

TEST(ChatAnswer, ParallelCallsOfAPlainAnswer) {
    // Some number all of them 0, some give no id, some an object, some no arguments at all.
    Answer answer = read_plain(plain_body(
        R"("content":null,"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"p\":\"a\\\"b\"}"}},)"
        R"({"index":0,"function":{"name":"f","arguments":{"x":12345678901234567890123}}},)"
        R"({"index":0,"id":"c","function":{"name":"g"}}])",
        "\"tool_calls\""));
    const Calls calls = answer.told().calls;
    ASSERT_EQ(calls.size(), 3U);
    EXPECT_EQ(calls[0], (Call{"a", "f", R"({"p":"a\"b"})"}));
    EXPECT_EQ(calls[1].arguments, R"({"x":12345678901234567890123})");
    EXPECT_NE(calls[1].id, "");
    EXPECT_EQ(calls[2], (Call{"c", "g", "{}"}));
    EXPECT_EQ(answer.facts.text.tool_calls, 3);
}

TEST(ChatAnswer, MadeIdsAreOtherOnesInEachAnswer) {
    const auto ids = [](const std::string& answer_id) {
        Answer answer =
            read_plain(R"({"id":")" + answer_id +
                       R"(","choices":[{"message":{"tool_calls":[)"
                       R"({"function":{"name":"f"}},{"function":{"name":"f"}}]},"finish_reason":"stop"}]})");
        std::vector<std::string> found;
        const Calls calls = answer.told().calls;
        for (const Call& call : calls) found.push_back(call.id);
        return found;
    };
    const auto first = ids("chatcmpl-0123456789"), second = ids("chatcmpl-0123456780"), none = ids("");
    EXPECT_NE(first[0], first[1]);
    EXPECT_NE(first[0], second[0]);
    EXPECT_EQ(none, (std::vector<std::string>{"call_0", "call_1"}));
}

TEST(ChatAnswer, LegacyFunctionCall) {
    Answer answer = read_plain(
        plain_body(R"("content":null,"function_call":{"name":"f","arguments":"{\"x\":1}"})", "\"function_call\""));
    ASSERT_EQ(answer.told().calls.size(), 1U);
    EXPECT_EQ(answer.told().calls[0].name, "f");
    EXPECT_EQ(answer.told().calls[0].arguments, R"({"x":1})");
    EXPECT_EQ(answer.told().finish, "tool_calls");
    EXPECT_TRUE(
        read_plain(plain_body(R"("content":"a","function_call":{"name":"","arguments":""})")).told().calls.empty());
}

TEST(ChatAnswer, D2FragmentsGoToTheirCall) {
    Answer answer = read_stream(
        stream_body({R"("role":"assistant","content":null)",
                     R"("tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}},)"
                     R"({"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}])",
                     R"("tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}])",
                     R"("tool_calls":[{"index":1,"function":{"arguments":"{\"y\":2}"}}])",
                     R"("tool_calls":[{"index":0,"function":{"arguments":":1}"}}])"},
                    "tool_calls"));
    EXPECT_EQ(answer.told().calls, (Calls{{"a", "f", R"({"x":1})"}, {"b", "g", R"({"y":2})"}}));
}

TEST(ChatAnswer, D13CallsThatAreAllNumberedZeroStayApart) {
    Answer answer = read_stream(
        stream_body({R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":1}"}}])",
                     R"("tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":"{\"a\":2}"}}])"}));
    EXPECT_EQ(answer.told().calls, (Calls{{"a", "f", R"({"a":1})"}, {"b", "f", R"({"a":2})"}}));
}

TEST(ChatAnswer, FragmentsWithoutNumbersOrWithAllRepeated) {
    Answer unnumbered =
        read_stream(stream_body({R"("tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\""}}])",
                                 R"("tool_calls":[{"function":{"arguments":":1}"}}])",
                                 R"("tool_calls":[{"id":"b","function":{"name":"g"}}])"}));
    EXPECT_EQ(unnumbered.told().calls, (Calls{{"a", "f", R"({"x":1})"}, {"b", "g", "{}"}}));
    Answer repeated =
        read_stream(stream_body({R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}])",
                                 R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}])"}));
    EXPECT_EQ(repeated.told().calls, (Calls{{"a", "f", R"({"x":1})"}}));
}

TEST(ChatAnswer, AFragmentWithoutANameIsOfTheCallOfItsIndexWhateverItsId) {
    Answer answer =
        read_stream(stream_body({R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}])",
                                 R"("tool_calls":[{"index":0,"id":"b","function":{"arguments":""}}])",
                                 R"("tool_calls":[{"index":0,"id":"c","function":{"arguments":"{\"x\""}}])",
                                 R"("tool_calls":[{"index":0,"id":"d","function":{"arguments":":1}"}}])"}));
    EXPECT_EQ(answer.told().calls, (Calls{{"a", "f", R"({"x":1})"}}));
}

TEST(ChatAnswer, D13AWholeObjectEndsItsCall) {
    const auto call = [](const std::string& id, const std::string& name, const std::string& arguments) {
        return R"("tool_calls":[{"index":0,"id":")" + id + R"(","function":{"name":")" + name + R"(","arguments":)" +
               arguments + "}}]";
    };
    for (const std::string name : {"f", ""}) {
        for (const std::string second : {R"("{\"x\":2}")", R"({"x":2})"}) {
            Answer answer = read_stream(stream_body({call("", "f", R"("{\"x\"")"), call("", "", R"(":1}")"),
                                                     call("", "", R"("\n")"), call("", name, second)}));
            ASSERT_EQ(answer.told().calls.size(), 2U) << name << second;
            EXPECT_EQ(answer.told().calls[0].arguments, "{\"x\":1}\n");
            EXPECT_EQ(answer.told().calls[1].name, "f");
            EXPECT_EQ(answer.told().calls[1].arguments, R"({"x":2})");
            EXPECT_NE(answer.told().calls[0].id, answer.told().calls[1].id);
        }
    }
    Answer one_id = read_stream(stream_body({call("a", "f", R"("{}")"), call("a", "f", R"("{\"x\":1}")")}));
    EXPECT_EQ(one_id.told().calls.size(), 1U) << "ids tell calls apart";
    Answer inside = read_stream(stream_body({call("", "f", R"("{\"s\":\"}")"), call("", "f", R"("{\"}")")}));
    EXPECT_EQ(inside.told().calls.size(), 1U) << "a bracket in a text ends nothing";
}

TEST(ChatAnswer, AMessageBehindDeltasTellsOnlyWhatTheyDidNot) {
    const std::string last =
        R"(data: {"id":"i","choices":[{"index":0,"message":{"role":"assistant","content":"ab","reasoning":"why",)"
        R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}]})"
        "\n\n";
    const auto delta = [](const std::string& members) {
        return R"(data: {"id":"i","choices":[{"index":0,"delta":{)" + members + "}}]}\n\n";
    };
    Answer answer = read_stream(delta(R"("content":"a")") + delta(R"("content":"b")") + last);
    EXPECT_EQ(answer.told().text, "ab");
    EXPECT_EQ(answer.told().reasoning, "why");
    EXPECT_EQ(answer.told().calls, (Calls{{"a", "f", "{}"}}));
    EXPECT_EQ(read_stream(delta(R"("role":"assistant","content":"")") + last).told().text, "ab");
}

TEST(ChatAnswer, ArgumentsSpeltTwiceAreSpeltOnce) {
    const std::string twice = R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":)"
                              R"("\"{\\\"x\\\":\\\"a\\\\\\\"b\\\"}\""}}])";
    const Calls once{{"a", "f", R"({"x":"a\"b"})"}};
    EXPECT_EQ(read_plain(plain_body(twice)).told().calls, once);
    EXPECT_EQ(read_stream(stream_body({twice})).told().calls, once);
    const auto fragment = [](const std::string& text) {
        return R"("tool_calls":[{"index":0,"function":{"arguments":")" + text + "\"}}]";
    };
    Answer answer =
        read_stream(stream_body({R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}])",
                                 fragment(R"(\"{)"), fragment(R"(\\\"x\\)"), fragment(R"(\":1})"), fragment(R"(\")")}));
    EXPECT_EQ(answer.told().calls, (Calls{{"a", "f", R"({"x":1})"}}));
    Answer cut = read_stream(stream_body({R"("tool_calls":[{"id":"a","function":{"name":"f","arguments":"\"{"}}])"}));
    EXPECT_EQ(cut.told().calls, (Calls{{"a", "f", R"("{)"}})) << "as it came";
}

TEST(ChatAnswer, ArgumentsBeforeTheNameWait) {
    Answer answer =
        read_stream(stream_body({R"("tool_calls":[{"index":0,"id":"a","function":{"arguments":"{\"x\""}}])",
                                 R"("tool_calls":[{"index":0,"function":{"name":"f","arguments":":1}"}}])"}));
    EXPECT_EQ(answer.told().calls, (Calls{{"a", "f", R"({"x":1})"}}));
}

TEST(ChatAnswer, AStreamedCallWithoutIdGetsOne) {
    Answer answer =
        read_stream(stream_body({R"("tool_calls":[{"index":0,"id":"","function":{"name":"f"}}])",
                                 R"("tool_calls":[{"index":1,"function":{"name":"g","arguments":"{}"}}])"}));
    ASSERT_EQ(answer.told().calls.size(), 2U);
    EXPECT_NE(answer.told().calls[0].id, answer.told().calls[1].id);
}

TEST(ChatAnswer, D21SignaturesOfGooglesCalls) {
    const std::string call = R"("tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"},)"
                             R"("extra_content":{"google":{"thought_signature":"S1"}}}])";
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    const std::string body = plain_body(call);
    ASSERT_EQ(read_chat_answer(body, facts, events), AnswerRead::event);
    const auto sealed = std::ranges::find(events, AnswerEvent::Kind::sealed_reasoning, &AnswerEvent::kind);
    ASSERT_NE(sealed, events.end());
    EXPECT_EQ(sealed->text, "S1");
    EXPECT_EQ(sealed->id, "a") << "of the call right behind it";
    EXPECT_EQ(sealed->format, ReasoningFormat::google);
    EXPECT_EQ((sealed + 1)->kind, AnswerEvent::Kind::call);
    EXPECT_EQ(read_stream(stream_body({call})).told().sealed, std::vector<std::string>{"S1"});
    const std::string text = R"("content":"a","extra_content":{"google":{"thought_signature":"S2"}})";
    EXPECT_EQ(read_plain(plain_body(text)).told().sealed, std::vector<std::string>{"S2"});
}

TEST(ChatAnswer, ReasoningUnderEachOfItsNames) {
    for (const std::string_view name : {"reasoning_content", "reasoning"}) {
        const std::string member = "\"" + std::string(name) + "\":";
        Answer answer = read_stream(stream_body({member + "\"wh\"", member + "\"y\"", R"("content":"a")"}));
        EXPECT_EQ(answer.told().reasoning, "why") << name;
        EXPECT_EQ(answer.listener.order(), "reasoning 0, text 1");
        EXPECT_EQ(answer.facts.text.reasoning_bytes, 3);
        EXPECT_EQ(read_plain(plain_body(R"("content":"a",)" + member + "\"why\"")).told().reasoning, "why");
    }
    EXPECT_EQ(read_plain(plain_body(R"("content":"a","reasoning_content":"why","reasoning":"why")")).told().reasoning,
              "why");
}

TEST(ChatAnswer, ReasoningDetailsAreToldOnceWithTheirSignatures) {
    const std::string detail = R"("format":"anthropic-claude-v1","index":0)";
    Answer answer = read_stream(stream_body(
        {R"("reasoning":"wh","reasoning_details":[{"type":"reasoning.text","text":"wh",)" + detail + "}]",
         R"("reasoning":"y","reasoning_details":[{"type":"reasoning.text","text":"y",)" + detail + "}]",
         R"("content":"","reasoning_details":[{"type":"reasoning.text","signature":"S",)" + detail + "}]",
         R"("reasoning_details":[{"type":"reasoning.encrypted","data":"D","id":"rs_1","format":"openai-responses-v1"}])",
         R"("content":"a")"}));
    EXPECT_EQ(answer.told().reasoning, "why");
    EXPECT_EQ(answer.told().signatures, std::vector<std::string>{"S"});
    EXPECT_EQ(answer.told().sealed, std::vector<std::string>{"D"});
    EXPECT_EQ(answer.listener.order(), "reasoning 0, signature 0, sealed 1, text 2");
    Answer summary = read_plain(plain_body(
        R"("content":"a","reasoning":"why","reasoning_details":[{"type":"reasoning.summary","summary":"why","index":0},)"
        R"({"type":"reasoning.encrypted","data":"D","index":0}])"));
    EXPECT_EQ(summary.listener.order(), "reasoning 0, sealed 1, text 2");
    EXPECT_EQ(summary.told().reasoning, "why");
    Answer sealed_only = read_plain(plain_body(
        R"("content":"a","reasoning":"why","reasoning_details":[{"type":"reasoning.encrypted","data":"D"}])"));
    EXPECT_EQ(sealed_only.told().reasoning, "why");
}

TEST(ChatAnswer, ContentInParts) {
    const std::string content = R"("content":[{"type":"thinking","thinking":[{"type":"text","text":"why"}]},)"
                                R"({"type":"text","text":"a"},{"type":"reference","reference_ids":[1]}])";
    EXPECT_EQ(read_plain(plain_body(content)).listener.order(), "reasoning 0, text 1");
    Answer answer = read_stream(stream_body({content, R"("content":"b")"}));
    EXPECT_EQ(answer.told().text, "ab");
    EXPECT_EQ(answer.told().reasoning, "why");
}

TEST(ChatAnswer, PicturesAndCitations) {
    const std::string body = plain_body(
        R"("content":"a","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}],)"
        R"("annotations":[{"type":"url_citation","url_citation":{"url":"https://a"}},{"type":"file","file":{}}])");
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    ASSERT_EQ(read_chat_answer(body, facts, events), AnswerRead::event);
    const auto image = std::ranges::find(events, AnswerEvent::Kind::image, &AnswerEvent::kind);
    ASSERT_NE(image, events.end());
    EXPECT_EQ(image->media_type, "image/png");
    EXPECT_EQ(image->text, "iVBO");
    Answer answer = read_plain(body);
    EXPECT_EQ(answer.told().citations,
              std::vector<std::string>{R"({"type":"url_citation","url_citation":{"url":"https://a"}})"});
}

TEST(ChatAnswer, ChoicesAreToldApart) {
    Answer answer = read_stream(
        "data: {\"id\":\"i\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}\n\n"
        "data: {\"id\":\"i\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"},"
        "{\"index\":1,\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n");
    EXPECT_EQ(answer.listener.choices(), 2U);
    EXPECT_EQ(answer.listener.told(0), (Told{.text = "a", .finish = "stop", .native = "stop"}));
    EXPECT_EQ(answer.listener.told(1), (Told{.text = "b", .finish = "length", .native = "length"}));
    EXPECT_EQ(answer.facts.finished, 2);
}

TEST(ChatAnswer, AzuresFirstEventHasNoIdYet) {
    Answer answer = read_stream("data: {\"id\":\"\",\"choices\":[],\"prompt_filter_results\":[]}\n\n" +
                                stream_body({R"("role":"assistant","content":"")", R"("content":"a")"}));
    EXPECT_EQ(answer.listener.id(), "chatcmpl-0123456789");
    EXPECT_EQ(answer.told().text, "a");
}

TEST(ChatAnswer, D42UsageBehindTheEndCounts) {
    Answer answer = read_stream(stream_body({R"("content":"a")"}));
    EXPECT_TRUE(answer.facts.done);
    EXPECT_EQ(answer.facts.usage.prompt, 5);
    EXPECT_EQ(answer.facts.usage.completion, 3);
}

TEST(ChatAnswer, D40CachedTokensArePartOfThePrompt) {
    const std::string usage = R"(,"usage":{"prompt_tokens":100,"completion_tokens":5,)"
                              R"("prompt_tokens_details":{"cached_tokens":75}})";
    Answer answer = read_plain(plain_body(R"("content":"a")", "\"stop\"", usage));
    const TokenCounts counts = billed_usage(answer.facts.usage, {}).counts;
    EXPECT_EQ(counts.prompt, 100);
    EXPECT_EQ(counts.cache_read, 75);
}

TEST(ChatAnswer, D50TheBeginningIsToldAtOnce) {
    ChatEventReader reader;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    EXPECT_EQ(reader.read({}, R"({"id":"i","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]})", facts,
                          events),
              AnswerRead::event);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, AnswerEvent::Kind::begin);
}

TEST(ChatAnswer, D51D52ErrorsInStreams) {
    Answer groq = read_stream(
        "data: {\"id\":\"i\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
        "event: error\ndata: {\"error\":{\"message\":\"bad\",\"status_code\":400}}\n\n");
    EXPECT_TRUE(groq.facts.error_event);
    EXPECT_FALSE(groq.facts.done);
    Answer openrouter = read_stream(
        "data: {\"id\":\"i\",\"error\":{\"code\":400,\"message\":\"bad\"},\"choices\":[{"
        "\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n");
    EXPECT_TRUE(openrouter.facts.error_event);
    EXPECT_EQ(openrouter.told(), Told());
}

TEST(ChatAnswer, CommentsThatAreDataAreSignsOfLife) {
    ChatEventReader reader;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    EXPECT_EQ(reader.read({}, ": keepalive", facts, events), AnswerRead::ping);
    EXPECT_EQ(reader.read({}, "[DONE]", facts, events), AnswerRead::done);
    EXPECT_EQ(reader.read({}, "{\"id\":", facts, events), AnswerRead::invalid);
    EXPECT_TRUE(events.empty());
}

}  // namespace
}  // namespace tollgate::chat_upstream_test
