// Chats as they are sent to upstreams of OpenAI's chat completions, with the quirks of the many that speak it. Rows D…
// are kinds of faults that were reported of other gateways.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "gateway/chat/dialect/chat/request_writer.h"
#include "gateway/chat/dialect/chat/tool_ids.h"
#include "tests/unit/gateway/chat/dialect/chat/shipped_quirks.h"
#include "tests/unit/gateway/chat/dialect/sent_chat.h"

namespace tollgate {
namespace {

namespace json = boost::json;

struct Translated : chat_test::SentChat {
    json::value messages() const { return at("messages"); }
};

Target target_of(Quirks quirks) {
    Target target{.model = "m"};
    target.quirks = quirks;
    return target;
}
Target provider(std::string_view slug) { return target_of(chat_test::shipped_quirks(slug)); }

Translated write(const ChatRequest& request, const Target& target) {
    return {chat_test::write_chat(request, target, write_chat_request)};
}
Translated translate(const std::string& body, const Target& target) {
    return {chat_test::send_chat(body, target, write_chat_request)};
}
Translated with(const std::string& members, const Target& target = provider("openai")) {
    return translate(chat_test::question_with(members), target);
}
Translated chat(const std::string& messages, const Target& target = provider("openai")) {
    return translate(chat_test::chat_of(messages), target);
}

// An assistant's turn with calls of f, and each one's result.
std::string calls(std::initializer_list<std::string_view> ids, const std::string& members = R"("content":null)") {
    std::string list, results;
    for (const std::string_view id : ids) {
        list += (list.empty() ? "" : ",") + std::string(R"({"id":")") + std::string(id) +
                R"(","type":"function","function":{"name":"f","arguments":"{}"}})";
        results += R"(,{"role":"tool","tool_call_id":")" + std::string(id) + R"(","content":"ok"})";
    }
    return R"({"role":"assistant",)" + members + R"(,"tool_calls":[)" + list + "]}" + results;
}

constexpr std::string_view kUser = R"({"role":"user","content":"go"})";
constexpr std::string_view kTools = R"("tools":[{"type":"function","function":{"name":"f","parameters":{}}},)"
                                    R"({"type":"function","function":{"name":"g"}}])";

TEST(ChatRequestWriter, SmallestChat) {
    const Translated sent = translate(R"({"model":"x","messages":[{"role":"user","content":"h\u00e9 \"x\""}]})",
                                      {.model = "gpt", .output_bound = 9, .max_completion_tokens = true});
    EXPECT_EQ(sent.text, R"({"model":"gpt","messages":[{"role":"user","content":"h\u00e9 \"x\""}],)"
                         R"("max_completion_tokens":9})");
    EXPECT_EQ(sent.dropped + sent.changed, "");
}

TEST(ChatRequestWriter, StreamsAskForUsage) {
    Target target = provider("openai");
    target.stream = true;
    EXPECT_EQ(with("\"n\":1", target).at("stream_options"), json::parse(R"({"include_usage":true})"));
    target = provider("mistral");
    target.stream = true;
    EXPECT_EQ(with("\"n\":1", target).at("stream_options"), "absent");
    EXPECT_EQ(with("\"n\":1", target).at("stream"), true);
}

TEST(ChatRequestWriter, MediaAndFiles) {
    const std::string parts =
        R"({"role":"user","content":[{"type":"text","text":"see"},)"
        R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}},)"
        R"({"type":"image_url","image_url":{"url":"https://a/b.png"}},)"
        R"({"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}},)"
        R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JV"}},)"
        R"({"type":"file","file":{"file_id":"file-1"}}]})";
    EXPECT_EQ(chat(parts).messages(), json::parse("[" + parts + "]"));
    EXPECT_EQ(
        chat(R"({"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,JV"}}]})")
            .messages()
            .at_pointer("/0/content/0/file/filename"),
        "file.pdf");
    EXPECT_EQ(chat(R"({"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"JVBERi0x"}}]})")
                  .messages()
                  .at_pointer("/0/content/0/file/file_data"),
              "data:application/pdf;base64,JVBERi0x")
        << "data without their head";
}

TEST(ChatRequestWriter, WhatCannotBeSentIsRefusedAndTriedElsewhere) {
    struct Case {
        std::string part, words, provider;
    };
    for (const Case& refused : {
             Case{R"({"type":"video_url","video_url":{"url":"https://a/b.mp4"}})", "a video", "openai"},
             Case{R"({"type":"file","file":{"file_data":"https://a/b.pdf"}})", "a file by its address", "openai"},
             Case{R"({"type":"image_url","image_url":{"url":"https://a/b.png"}})", "a picture by its address",
                  "ollama"},
             Case{R"({"type":"file","file":{"file_id":"file-1"}})", "another provider's file", "mistral"},
         }) {
        const Translated sent = chat(R"({"role":"user","content":[)" + refused.part + "]}", provider(refused.provider));
        EXPECT_EQ(sent.error.kind(), ErrorKind::invalid_request) << refused.part;
        EXPECT_NE(sent.error.detail().message.find(refused.words), std::string::npos) << sent.error.detail().message;
        EXPECT_EQ(sent.error.retry(), Retry::elsewhere);
    }
    const std::string video =
        R"({"role":"user","content":[{"type":"video_url","video_url":{"url":"https://a/b.mp4"}}]})";
    EXPECT_EQ(chat(video, provider("openrouter")).messages(), json::parse("[" + video + "]"));
}

TEST(ChatRequestWriter, DocumentsOfMistral) {
    const Translated sent = chat(R"({"role":"user","content":[{"type":"file","file":{"filename":"a.pdf",)"
                                 R"("file_data":"data:application/pdf;base64,JV"}}]})",
                                 provider("mistral"));
    EXPECT_EQ(sent.messages().at_pointer("/0/content/0"),
              json::parse(R"({"type":"document_url","document_url":"data:application/pdf;base64,JV",)"
                          R"("document_name":"a.pdf"})"));
}

TEST(ChatRequestWriter, WhatMistralsClientsSayIsUnderstood) {
    const std::string messages =
        R"({"role":"user","content":[{"type":"document_url","document_url":"data:application/pdf;base64,JV",)"
        R"("document_name":"a.pdf"}]},{"role":"assistant","content":[)"
        R"({"type":"thinking","thinking":[{"type":"text","text":"why"}]},{"type":"text","text":"x"}]},)" +
        std::string(kUser);
    EXPECT_EQ(chat(messages, provider("mistral")).messages(), json::parse("[" + messages + "]"));
    const Translated sent = chat(messages);
    EXPECT_EQ(sent.messages().at_pointer("/0/content/0/file/filename"), "a.pdf");
    EXPECT_EQ(sent.messages().at_pointer("/1"), json::parse(R"({"role":"assistant","content":"x"})"));
    const std::string tools = R"("tools":[{"function":{"name":"f"}}],"tool_choice":)";
    EXPECT_EQ(with(tools + "\"any\"").at("tool_choice"), "required");
    EXPECT_EQ(with(tools + R"({"function":{"name":"f"}})").at("tool_choice").at("type"), "function");
    EXPECT_EQ(with(tools + "\"any\"").at("tools").at_pointer("/0/type"), "function");
}

TEST(ChatRequestWriter, TextsAloneAreAStringWhereListsAreRefused) {
    const std::string list = R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])";
    const std::string messages =
        R"({"role":"system","content":)" + list + R"(},{"role":"user","content":)" + list + "}";
    EXPECT_EQ(chat(messages).messages(), json::parse("[" + messages + "]"));
    EXPECT_EQ(chat(messages, provider("deepseek")).messages(),
              json::parse(R"([{"role":"system","content":"a\n\nb"},{"role":"user","content":"a\n\nb"}])"));
}

TEST(ChatRequestWriter, D4IdsOfCallsAreTakenOrReplacedAlike) {
    const std::string longer = "fc_0f0e50a1476a6c35006912c58dc9f8819192c25864eb16f07f";
    const json::value messages = chat(std::string(kUser) + "," + calls({"functions.Bash:0", longer})).messages();
    EXPECT_EQ(messages.at_pointer("/1/tool_calls/0/id"), "functions.Bash:0");
    const json::string sent = messages.at_pointer("/1/tool_calls/1/id").as_string();
    EXPECT_LE(sent.size(), ToolIds::kMostBytes);
    EXPECT_EQ(messages.at_pointer("/3/tool_call_id"), sent);
    EXPECT_EQ(ToolIds(false).sent(longer), std::string_view(sent)) << "the same in every request";
}

TEST(ToolIds, ShortOnesStayApart) {
    ToolIds ids(true);
    EXPECT_EQ(ids.sent("aB3dE6gH9"), "aB3dE6gH9");
    std::set<std::string> sent{"aB3dE6gH9"};
    for (int i = 0; i < 1000; ++i) {
        const std::string id = ids.sent("call_" + std::to_string(i));
        EXPECT_TRUE(ids.takes(id)) << id;
        EXPECT_TRUE(sent.insert(id).second) << id;
    }
    EXPECT_EQ(ids.sent("call_7"), ToolIds(true).sent("call_7"));
}

TEST(ToolIds, OneThatIsTakenAlreadyIsNotMade) {
    const std::string made = ToolIds(true).sent("call_7");
    ToolIds ids(true);
    EXPECT_EQ(ids.sent(made), made);
    EXPECT_NE(ids.sent("call_7"), made);
}

TEST(ChatRequestWriter, D5MistralGetsAnAnswerBetweenResultsAndTheUser) {
    const std::string messages = std::string(kUser) + "," + calls({"call_abc"}) + R"(,{"role":"user","content":"on"})";
    const Translated sent = chat(messages, provider("mistral"));
    const json::array list = sent.messages().as_array();
    ASSERT_EQ(list.size(), 5U);
    EXPECT_EQ(list[3], json::parse(R"({"role":"assistant","content":"OK."})"));
    EXPECT_EQ(list[4], json::parse(R"({"role":"user","content":"on"})"));
    const json::string id = list[1].at_pointer("/tool_calls/0/id").as_string();
    EXPECT_EQ(id.size(), 9U);
    EXPECT_EQ(list[2].at("tool_call_id"), id);
    EXPECT_EQ(sent.changed, "messages");
    EXPECT_EQ(chat(messages).messages(), json::parse("[" + messages + "]")) << "to others as it came";
}

TEST(ChatRequestWriter, D7ResultsStandRightBehindTheirCalls) {
    const Translated sent = chat(std::string(kUser) + "," + calls({"a"}) + R"(,{"role":"user","content":"note"},)" +
                                 R"({"role":"tool","tool_call_id":"b","content":"2"})");
    EXPECT_EQ(sent.messages().at_pointer("/2/tool_call_id"), "a");
    EXPECT_EQ(sent.messages().at_pointer("/3/tool_call_id"), "b");
    EXPECT_EQ(sent.messages().at_pointer("/4/content"), "note");
}

TEST(ChatRequestWriter, D25DeepSeekGetsTheReasoningOfTurnsWithCalls) {
    const std::string user = std::string(kUser) + ",";
    const Translated kept =
        chat(user + calls({"a"}, R"("content":"","reasoning_content":"abc")"), provider("deepseek"));
    EXPECT_EQ(kept.messages().at_pointer("/1/reasoning_content"), "abc");
    EXPECT_EQ(kept.dropped, "");
    const Translated absent = chat(user + calls({"a"}), provider("deepseek"));
    EXPECT_EQ(absent.messages().at_pointer("/1/reasoning_content"), "");
    const Translated answer =
        chat(user + R"({"role":"assistant","content":"x","reasoning_content":"abc"},{"role":"user","content":"y"})",
             provider("deepseek"));
    EXPECT_EQ(answer.messages().at_pointer("/1"), json::parse(R"({"role":"assistant","content":"x"})"));
    EXPECT_EQ(answer.dropped, "reasoning_details");
}

constexpr std::string_view kReasoned =
    R"({"role":"assistant","content":"x","reasoning_details":[)"
    R"({"type":"reasoning.summary","summary":"why","id":"rs_0","format":"openai-responses-v1","index":0},)"
    R"({"type":"reasoning.text","text":"t","signature":"S","format":"anthropic-claude-v1","index":1},)"
    R"({"type":"reasoning.encrypted","data":"D","id":"rs_1","format":"xai-responses-v1","index":2}]})";

TEST(ChatRequestWriter, OpenRouterGetsReasoningBackAsItCame) {
    const std::string messages = std::string(kUser) + "," + std::string(kReasoned) + "," + std::string(kUser);
    const Translated sent = chat(messages, provider("openrouter"));
    EXPECT_EQ(sent.messages(), json::parse("[" + messages + "]"));
    EXPECT_EQ(sent.dropped + sent.changed, "");
}

TEST(ChatRequestWriter, ReasoningOfOldTurnsByProvider) {
    const std::string messages = std::string(kUser) + "," + std::string(kReasoned) + "," + std::string(kUser);
    const Translated cerebras = chat(messages, provider("cerebras"));
    EXPECT_EQ(cerebras.messages().at_pointer("/1"),
              json::parse(R"({"role":"assistant","content":"x","reasoning":"whyt"})"));
    const Translated mistral = chat(messages, provider("mistral"));
    EXPECT_EQ(
        mistral.messages().at_pointer("/1/content"),
        json::parse(R"([{"type":"thinking","thinking":[{"type":"text","text":"why"}]},)"
                    R"({"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"x"}])"));
    const Translated openai = chat(messages);
    EXPECT_EQ(openai.messages().at_pointer("/1"), json::parse(R"({"role":"assistant","content":"x"})"));
    EXPECT_EQ(openai.dropped, "reasoning_details");
}

TEST(ChatRequestWriter, D21SignaturesGoBackToGoogle) {
    const std::string messages =
        std::string(kUser) +
        R"(,{"role":"assistant","content":null,"tool_calls":[)"
        R"({"id":"a","type":"function","function":{"name":"f","arguments":"{}"},)"
        R"("extra_content":{"google":{"thought_signature":"S1"}}},)"
        R"({"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
        R"({"role":"tool","tool_call_id":"a","content":"1"},)"
        R"({"role":"tool","tool_call_id":"b","content":"2"},)"
        R"({"role":"assistant","content":"x","extra_content":{"google":{"thought_signature":"S2"}}},)" +
        std::string(kUser);
    EXPECT_EQ(chat(messages, provider("google-openai")).messages(), json::parse("[" + messages + "]"));
    const Translated openrouter = chat(messages, provider("openrouter"));
    EXPECT_EQ(
        openrouter.messages().at_pointer("/1/reasoning_details"),
        json::parse(R"([{"type":"reasoning.encrypted","data":"S1","id":"a","format":"google-gemini-v1","index":0}])"));
    const Translated openai = chat(messages);
    EXPECT_EQ(openai.text.find("S1"), std::string::npos);
    EXPECT_EQ(openai.dropped, "reasoning_details");
}

TEST(ChatRequestWriter, FilesOfTextAreText) {
    const std::string part =
        R"([{"type":"file","file":{"filename":"a.txt","file_data":"data:text/plain;base64,aGk="}}])";
    const std::string messages = R"({"role":"user","content":)" + part + "}";
    for (const std::string_view slug : {"openai", "mistral", "deepseek"}) {
        EXPECT_EQ(chat(messages, provider(slug)).messages().at_pointer("/0/content"), "a.txt\n\nhi") << slug;
    }
}

TEST(ChatRequestWriter, FieldsAreNamedAsTheClientNamesThem) {
    ChatRequest request;
    request.turns_field = "contents";
    request.reasoning_name = "thought";
    request.dialect = "gemini";
    request.native = {"safetySettings"};
    request.parts = {{.kind = Part::Kind::text, .text = "x"},
                     {.kind = Part::Kind::reasoning, .text = "t"},
                     {.kind = Part::Kind::text, .text = "y"}};
    request.turns = {{.begin = 0, .end = 1}, {.role = Turn::Role::assistant, .begin = 1, .end = 3, .message = 1}};
    EXPECT_EQ(write(request, provider("openai")).dropped, "thought, safetySettings");
    request.parts[0].kind = Part::Kind::file;
    request.parts[0].media.source = Media::Source::file_id;
    EXPECT_EQ(write(request, provider("openai")).error.detail().param, "contents[0]");
}

TEST(ChatRequestWriter, D27InstructionInTheMiddleKeepsItsPlace) {
    const std::string messages = R"({"role":"system","content":"A"},{"role":"user","content":"1"},)"
                                 R"({"role":"assistant","content":"2"},)"
                                 R"({"role":"system","content":"from now on French"},{"role":"user","content":"3"})";
    EXPECT_EQ(chat(messages).messages(), json::parse("[" + messages + "]"));
    EXPECT_EQ(chat(messages, provider("vllm")).messages(), json::parse(R"([{"role":"system","content":"A"},
        {"role":"user","content":"1"},{"role":"assistant","content":"2"},
        {"role":"user","content":"<system>\nfrom now on French\n</system>"},{"role":"user","content":"3"}])"));
    EXPECT_EQ(chat(messages, provider("perplexity")).messages().at_pointer("/3/content"),
              json::parse(R"([{"type":"text","text":"<system>\nfrom now on French\n</system>"},
                              {"type":"text","text":"3"}])"))
        << "roles alternate";
}

TEST(ChatRequestWriter, D28SeveralInstructionsAreOneMessageForTemplates) {
    const std::string messages =
        R"({"role":"system","content":"A"},{"role":"developer","content":"B"},)" + std::string(kUser);
    for (const std::string_view slug : {"vllm", "ollama", "llama-cpp", "alibaba"}) {
        EXPECT_EQ(chat(messages, provider(slug)).messages(), json::parse(R"([{"role":"system","content":"A\n\nB"},
            {"role":"user","content":"go"}])"))
            << slug;
    }
    EXPECT_EQ(chat(messages).messages().as_array().size(), 3U);
}

TEST(ChatRequestWriter, D29PicturesOfResultsComeInTheNextMessage) {
    const std::string picture = R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}})";
    const auto result = [&](const std::string& id, const std::string& text) {
        return R"(,{"role":"tool","tool_call_id":")" + id + R"(","content":[)" + text + picture + "]}";
    };
    const std::string messages = std::string(kUser) +
                                 R"(,{"role":"assistant","content":null,"tool_calls":[)"
                                 R"({"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},)"
                                 R"({"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]})" +
                                 result("a", R"({"type":"text","text":"shot"},)") + result("b", "");
    const Translated sent = chat(messages);
    const json::array list = sent.messages().as_array();
    ASSERT_EQ(list.size(), 5U);
    EXPECT_EQ(list[2], json::parse(R"({"role":"tool","tool_call_id":"a","content":"shot"})"));
    EXPECT_EQ(list[3].at("content"), "The result is in the next message.");
    EXPECT_EQ(list[4], json::parse(R"({"role":"user","content":[{"type":"text","text":"Result of the call a:"},)" +
                                   picture + R"(,{"type":"text","text":"Result of the call b:"},)" + picture + "]}"));
    EXPECT_EQ(sent.changed, "messages[2].content, messages[3].content");
}

TEST(ChatRequestWriter, D33D34TheBeginningOfAnAnswerIsKeptOrRefused) {
    const std::string messages = R"({"role":"user","content":"Write"},{"role":"assistant","content":"Once"})";
    EXPECT_EQ(chat(messages).messages(), json::parse("[" + messages + "]"));
    Target target = provider("openai");
    target.continues_answers = false;
    EXPECT_EQ(chat(messages, target).error.kind(), ErrorKind::invalid_request);
    EXPECT_EQ(chat(messages, provider("mistral")).messages().at_pointer("/1/prefix"), true);
    const Translated empty = chat(std::string(kUser) + R"(,{"role":"assistant","content":""})", target);
    EXPECT_EQ(empty.messages().as_array().size(), 1U) << "it said nothing";
}

TEST(ChatRequestWriter, D36StrictProvidersGetWhatTheyKnowOnly) {
    const std::string body =
        R"({"model":"x","prompt_cache_key":"k","user":"u","seed":7,"temperature":0.5,"messages":[)"
        R"({"role":"system","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}]},)" +
        std::string(kUser) + "," + std::string(kReasoned) + R"(,{"role":"user","content":"on"}]})";
    for (const std::string_view slug : {"groq", "cerebras", "mistral"}) {
        const Translated sent = translate(body, provider(slug));
        ASSERT_FALSE(sent.error);
        for (const std::string_view name :
             {"reasoning_content", "reasoning_details", "cache_control", "prompt_cache_key", "\"user\":"}) {
            EXPECT_EQ(sent.text.find(name), std::string::npos) << slug << " " << sent.text;
        }
        for (const std::string_view name : {"cache_control", "prompt_cache_key", "user"}) {
            EXPECT_NE(sent.dropped.find(name), std::string::npos) << slug << ": " << sent.dropped;
        }
        EXPECT_EQ(sent.at("temperature"), 0.5);
    }
    EXPECT_EQ(translate(body, provider("mistral")).at("random_seed"), 7);
    const Translated openrouter = translate(body, provider("openrouter"));
    EXPECT_EQ(openrouter.dropped, "");
    EXPECT_EQ(openrouter.messages().at_pointer("/0/content/0/cache_control/type"), "ephemeral");
}

TEST(ChatRequestWriter, ToolChoiceByProvider) {
    const auto choice = [](std::string_view value, std::string_view slug) {
        return with(std::string(kTools) + ",\"tool_choice\":" + std::string(value), provider(slug));
    };
    const std::string_view named = R"({"type":"function","function":{"name":"g"}})";
    EXPECT_EQ(choice("\"required\"", "openai").at("tool_choice"), "required");
    EXPECT_EQ(choice("\"required\"", "mistral").at("tool_choice"), "any");
    EXPECT_EQ(choice("\"none\"", "mistral").at("tool_choice"), "none");
    EXPECT_EQ(choice(named, "openai").at("tool_choice"), json::parse(named));
    const Translated listed = choice(named, "lm-studio");
    EXPECT_EQ(listed.at("tool_choice"), "required");
    EXPECT_EQ(listed.at("tools"), json::parse(R"([{"type":"function","function":{"name":"g"}}])"));
    EXPECT_EQ(listed.changed, "tool_choice");
    const Translated weaker = choice("\"required\"", "ollama");
    EXPECT_EQ(weaker.at("tool_choice"), "auto");
    EXPECT_EQ(weaker.changed, "tool_choice");
}

TEST(ChatRequestWriter, OneCallAtATime) {
    const std::string members = std::string(kTools) + ",\"parallel_tool_calls\":false";
    EXPECT_EQ(with(members).at("parallel_tool_calls"), false);
    const Translated sent = with(members, provider("ollama"));
    EXPECT_EQ(sent.at("parallel_tool_calls"), "absent");
    EXPECT_EQ(sent.dropped, "parallel_tool_calls");
}

TEST(ChatRequestWriter, OutputFormatsByProvider) {
    const std::string schema = R"("response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d",)"
                               R"("schema":{"type":"object"},"strict":true}})";
    const std::string object = R"("response_format":{"type":"json_object"})";
    EXPECT_EQ(with(schema).text, R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + schema + "}");
    EXPECT_EQ(with(object).text, R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + object + "}");
    const Translated weaker = with(schema, provider("deepseek"));
    EXPECT_EQ(weaker.at("response_format"), json::parse(R"({"type":"json_object"})"));
    EXPECT_EQ(weaker.changed, "response_format");
    EXPECT_EQ(weaker.messages(),
              json::parse(R"([{"role":"system","content":"Answer with a JSON object that this JSON )"
                          R"(Schema describes: {\"type\":\"object\"}"},{"role":"user","content":"hi"}])"))
        << "it is told in words";
    EXPECT_EQ(with(object, provider("lm-studio")).at("response_format"),
              json::parse(R"({"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"}}})"));
}

TEST(ChatRequestWriter, ReasoningByProvider) {
    const std::string effort = R"("reasoning_effort":"high")",
                      tokens = R"("max_tokens":4000,"reasoning":{"max_tokens":2000})";
    EXPECT_EQ(with(effort).at("reasoning_effort"), "high");
    const Translated near = with(tokens);
    EXPECT_EQ(near.at("reasoning_effort"), "medium");
    EXPECT_EQ(near.changed, "reasoning");
    EXPECT_EQ(with(R"("reasoning_effort":"max")").at("reasoning_effort"), "xhigh");
    EXPECT_EQ(with(effort, provider("openrouter")).at("reasoning"), json::parse(R"({"effort":"high"})"));
    EXPECT_EQ(with(tokens, provider("openrouter")).at("reasoning"), json::parse(R"({"max_tokens":2000})"));
    EXPECT_EQ(with(effort, provider("z-ai")).at("thinking"), json::parse(R"({"type":"enabled"})"));
    EXPECT_EQ(with(R"("reasoning_effort":"none")", provider("z-ai")).at("thinking"),
              json::parse(R"({"type":"disabled"})"));
    EXPECT_EQ(with(tokens, provider("alibaba")).at("enable_thinking"), true);
    EXPECT_EQ(with(tokens, provider("alibaba")).at("thinking_budget"), 2000);
    EXPECT_EQ(with(effort, provider("vllm")).at("chat_template_kwargs"), json::parse(R"({"enable_thinking":true})"));
    Target none = provider("openai");
    none.reasoning = ReasoningControl::none;
    EXPECT_EQ(with(effort, none).dropped, "reasoning_effort");
}

TEST(ChatRequestWriter, D10ThinkingGivesWayToAForcedTool) {
    const Translated sent = with(
        std::string(kTools) + R"(,"tool_choice":{"type":"function","function":{"name":"g"}},"reasoning_effort":"high")",
        provider("alibaba"));
    EXPECT_EQ(sent.at("enable_thinking"), "absent");
    EXPECT_EQ(sent.dropped, "reasoning_effort");
}

TEST(ChatRequestWriter, EveryParameterIsTakenOrTold) {
    for (const std::string_view slug : {"openai", "mistral", "openrouter", "vllm"}) {
        for (std::size_t i = 0; i < kParameters; ++i) {
            ChatRequest request;
            request.parts = {{.kind = Part::Kind::text, .text = "hi"}};
            request.turns = {{.begin = 0, .end = 1}};
            request.set(static_cast<Parameter>(i), "asked", "\"auto\"");
            const Translated sent = write(request, provider(slug));
            const bool taken = sent.text.find("\"auto\"") != std::string::npos;
            EXPECT_EQ(sent.dropped, taken ? "" : "asked") << slug << " " << i;
        }
    }
}

TEST(ChatRequestWriter, OtherDialectsValuesAreNotSent) {
    EXPECT_EQ(with(R"("service_tier":"standard_only")").dropped, "service_tier");
    EXPECT_EQ(with(R"("service_tier":"flex")").at("service_tier"), "flex");
    const std::string user = "\"user\":\"" + std::string(65, 'u') + "\"";
    EXPECT_EQ(with(user).dropped, "user") << "longer than OpenAI takes";
}

TEST(ChatRequestWriter, FailedResultsAreTold) {
    ChatRequest request;
    request.result_parts = {{.kind = Part::Kind::text, .text = "no such file"}};
    request.parts = {{.kind = Part::Kind::tool_call, .id = "a", .name = "f", .arguments = ""},
                     {.kind = Part::Kind::tool_result, .id = "a", .failed = true, .begin = 0, .end = 1}};
    request.turns = {{.role = Turn::Role::assistant, .begin = 0, .end = 1}, {.begin = 1, .end = 2}};
    const Translated sent = write(request, provider("openai"));
    EXPECT_EQ(sent.messages(), json::parse(R"([{"role":"assistant","content":null,"tool_calls":[{"id":"a",
        "type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"a","content":"no such file"}])"));
    EXPECT_EQ(sent.dropped, "is_error");
}

TEST(ChatRequestWriter, RefusalsOfOldTurns) {
    const std::string messages =
        std::string(kUser) + R"(,{"role":"assistant","content":null,"refusal":"I can't"},)" + std::string(kUser);
    EXPECT_EQ(chat(messages).messages().at_pointer("/1"),
              json::parse(R"({"role":"assistant","content":[{"type":"refusal","refusal":"I can't"}]})"));
    EXPECT_EQ(chat(messages, provider("groq")).messages().at_pointer("/1"),
              json::parse(R"({"role":"assistant","content":"I can't"})"));
}

}  // namespace
}  // namespace tollgate
