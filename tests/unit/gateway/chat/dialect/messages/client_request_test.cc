// Requests of clients of Anthropic's Messages API, as they are understood. Rows D… are kinds of faults that were
// reported of other gateways.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "gateway/text/base64.h"
#include "tests/unit/gateway/chat/canonical/random_chat.h"

namespace tollgate::messages_test {
namespace {

namespace json = boost::json;
using chat_test::ChatFeatures;
using chat_test::described;
using Kind = Part::Kind;

// The request views its body.
struct Read {
    explicit Read(std::string text) : body(std::move(text)) {
        EXPECT_TRUE(is_json(body, 64)) << body;
        error = messages_client().read_request(body, request);
    }
    std::string body;
    ChatRequest request;
    Error error;

    std::string param() const { return error ? error.detail().param : "no error"; }
    const Part& part(std::size_t at) const { return request.parts.at(at); }
    std::string unknown() const { return joined(request.unknown); }
    std::string restated() const { return joined(request.restated); }

    static std::string joined(const std::vector<std::string_view>& names) {
        std::string all;
        for (const std::string_view name : names) (all += all.empty() ? "" : ", ") += name;
        return all;
    }
};

// With one user message and these further members.
std::unique_ptr<Read> with(const std::string& members) {
    return std::make_unique<Read>(R"({"max_tokens":9,"messages":[{"role":"user","content":"hi"}],)" + members + "}");
}

std::unique_ptr<Read> chat(const std::string& messages) {
    return std::make_unique<Read>(R"({"model":"m","max_tokens":9,"messages":[)" + messages + "]}");
}

std::unique_ptr<Read> user(const std::string& block) { return chat(R"({"role":"user","content":[)" + block + "]}"); }

std::unique_ptr<Read> assistant(const std::string& block) {
    return chat(R"({"role":"assistant","content":[)" + block + "]}");
}

struct Sent {
    Error error;
    std::string text, dropped, changed;
    json::object body() const { return json::parse(text).as_object(); }
};

Sent send(const ChatRequest& request, const UpstreamDialect& to = messages_upstream(),
          const Target& target = {.model = "claude"}) {
    Sent sent;
    TranslationNotes notes;
    sent.error = to.write_request(request, target, sent.text, notes);
    if (!sent.error) EXPECT_TRUE(is_json(sent.text, 64)) << sent.text;
    sent.dropped = notes.dropped.text();
    sent.changed = notes.changed.text();
    return sent;
}

TEST(MessagesRequest, TextsAreViewsOfTheBody) {
    const auto read =
        chat(R"({"role":"user","content":"h\u00e9"},{"role":"assistant","content":[{"type":"text","text":"a\n"}]})");
    ASSERT_FALSE(read->error);
    EXPECT_EQ(read->part(0).text, "h\\u00e9");
    EXPECT_EQ(read->part(1).text, "a\\n");
    EXPECT_EQ(read->request.output_bound, 9);
    EXPECT_EQ(read->unknown(), "");
}

TEST(MessagesRequest, InstructionsStandFirstWhereverTheBodyHasThem) {
    const auto read = std::make_unique<Read>(
        R"({"max_tokens":9,"messages":[{"role":"user","content":"u"}],"system":[{"type":"text","text":"A",)"
        R"("cache_control":{"type":"ephemeral"}},{"type":"text","text":"B"}]})");
    ASSERT_FALSE(read->error);
    EXPECT_EQ(described(read->request).substr(0, described(read->request).find("choice")),
              "system\n  text text=A cache={\"type\":\"ephemeral\"}\n  text text=B\nuser\n  text text=u\n");
    EXPECT_EQ(with(R"("system":"S")")->part(0).text, "S");
    EXPECT_EQ(with(R"("system":[{"type":"image","source":{"type":"url","url":"x"}}])")->param(), "system[0].type");
    EXPECT_EQ(with(R"("system":7)")->param(), "system");
}

TEST(MessagesRequest, D27AnInstructionInTheMiddleKeepsItsPlace) {
    const auto read = chat(R"({"role":"user","content":"1"},{"role":"assistant","content":"2"},)"
                           R"({"role":"system","content":"from now on French"},{"role":"user","content":"3"})");
    ASSERT_FALSE(read->error);
    EXPECT_EQ(read->request.turns[2].role, Turn::Role::system);
    EXPECT_EQ(read->part(2).text, "from now on French");
}

TEST(MessagesRequest, D7ResultsStandFirstWhateverTheirPlace) {
    const auto read = chat(
        R"({"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},)"
        R"({"role":"user","content":[{"type":"text","text":"note"},{"type":"tool_result","tool_use_id":"a","content":"ok"}]})");
    ASSERT_FALSE(read->error);
    const json::value last = send(read->request).body().at("messages").at(2).at("content");
    EXPECT_EQ(last.at(0).at("type"), "tool_result");
    EXPECT_EQ(last.at(1).at("text"), "note");
}

TEST(MessagesRequest, D29ResultsWithPicturesAndFiles) {
    const auto read = user(
        R"({"type":"tool_result","tool_use_id":"a","is_error":true,"content":[{"type":"text","text":"shot"},)"
        R"({"type":"image","source":{"type":"base64","media_type":"IMAGE/PNG","data":"iVBO"}},{"type":"document",)"
        R"("source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"T","cache_control":{"type":"ephemeral"}}]})");
    ASSERT_FALSE(read->error) << read->error.detail().message;
    EXPECT_TRUE(read->part(0).failed);
    ASSERT_EQ(read->part(0).end, 3U);
    EXPECT_EQ(read->request.result_parts[1].media.type, "image/png");
    EXPECT_EQ(read->request.result_parts[2].media.name, "T");
    EXPECT_EQ(read->part(0).cache_control, R"({"type":"ephemeral"})") << "a mark inside is one behind the result";
    EXPECT_EQ(user(R"({"type":"tool_result","tool_use_id":"a"})")->part(0).end, 0U);
    EXPECT_EQ(user(R"({"type":"tool_result","tool_use_id":"a","content":[{"type":"thinking"}]})")->param(),
              "messages[0].content[0].content[0].type");
}

TEST(MessagesRequest, Media) {
    const auto url = user(R"({"type":"image","source":{"type":"url","url":"https://a/b.png"}})");
    EXPECT_EQ(url->part(0).media.source, Media::Source::url);
    const auto inlined = user(R"({"type":"image","source":{"type":"url","url":"data:image/jpg;base64,AAAA"}})");
    EXPECT_EQ(inlined->part(0).media.source, Media::Source::data);
    EXPECT_EQ(inlined->part(0).media.type, "image/jpeg");
    const auto text =
        user(R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"h\u00e9\n"}})");
    EXPECT_EQ(text->part(0).media.type, "text/plain");
    EXPECT_EQ(text->part(0).media.value, base64("h\xc3\xa9\n"));
    const auto id = user(R"({"type":"document","source":{"type":"file","file_id":"file_1"}})");
    EXPECT_EQ(id->part(0).media.source, Media::Source::file_id);
    EXPECT_EQ(user(R"({"type":"image","source":{"type":"tape"}})")->param(), "messages[0].content[0].source.type");
    EXPECT_EQ(user(R"({"type":"image","source":{"type":"base64","media_type":"image/png"}})")->param(),
              "messages[0].content[0].source.data");
}

// One that a model of another provider made.
TEST(MessagesRequest, APictureInAnAnswerIsUnderstoodButNotForThisApi) {
    const auto read =
        assistant(R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}})");
    EXPECT_EQ(read->part(0).kind, Kind::image);
    const Error error = send(read->request).error;
    ASSERT_TRUE(error);
    EXPECT_EQ(error.detail().param, "messages[0]");
    EXPECT_EQ(error.retry(), Retry::elsewhere);
}

TEST(MessagesRequest, ADocumentOfBlocksBecomesThem) {
    const auto read =
        user(R"({"type":"document","title":"T","source":{"type":"content","content":[{"type":"text","text":"a"},)"
             R"({"type":"image","source":{"type":"url","url":"https://a/b"}}]}})");
    ASSERT_FALSE(read->error);
    EXPECT_EQ(read->part(0).text, "a");
    EXPECT_EQ(read->part(1).kind, Kind::image);
    EXPECT_EQ(read->restated(), "messages[].content[].source.content");
    EXPECT_EQ(read->unknown(), "messages[].content[].title");
}

TEST(MessagesRequest, APassageThatASearchFoundIsText) {
    const auto read =
        user(R"({"type":"search_result","source":"https://a","title":"T","content":[{"type":"text","text":"p"}]})");
    ASSERT_FALSE(read->error);
    EXPECT_EQ(read->part(0).text, "T\\nhttps://a\\np");
    EXPECT_EQ(read->restated(), "messages[].content[].search_result");
}

TEST(MessagesRequest, D15AToolThatTheApiRunsIsRefusedByName) {
    const auto read = with(
        R"("tools":[{"name":"f","input_schema":{"type":"object"}},{"type":"web_search_20250305","name":"web_search"}])");
    EXPECT_EQ(read->param(), "tools[1]");
    EXPECT_EQ(read->error.retry(), Retry::elsewhere);
    EXPECT_NE(read->error.detail().message.find("web_search_20250305"), std::string::npos);
}

TEST(MessagesRequest, D15ResultsOfEarlierSearchesAreText) {
    const auto read = assistant(
        R"({"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"x"}},{"type":"web_search_tool_result",)"
        R"("tool_use_id":"s","content":[{"type":"web_search_result","url":"https://a","title":"A","encrypted_content":"E"},)"
        R"({"type":"web_search_result","url":"https://b","title":"B"}]},{"type":"text","text":"found"})");
    ASSERT_FALSE(read->error) << read->error.detail().message;
    ASSERT_EQ(read->request.parts.size(), 3U);
    EXPECT_EQ(plain(read->part(0).text), R"([web_search {"query":"x"}])");
    EXPECT_EQ(plain(read->part(1).text), "[web_search_tool_result]\nA (https://a)\nB (https://b)");
    EXPECT_EQ(read->part(2).text, "found");
    EXPECT_EQ(read->restated(), "messages[].content[].server_tool_use, messages[].content[].web_search_tool_result");
    EXPECT_EQ(
        plain(assistant(R"({"type":"mcp_tool_result","tool_use_id":"s","content":[{"type":"text","text":"q\""}]})")
                  ->part(0)
                  .text),
        R"([mcp_tool_result [{"type":"text","text":"q\""}]])");
    EXPECT_EQ(assistant(R"({"type":"compaction","content":"so far"})")->part(0).text, "so far");
}

TEST(MessagesRequest, Reasoning) {
    const auto read =
        assistant(R"({"type":"thinking","thinking":"th","signature":"S+/="},{"type":"redacted_thinking","data":"D"},)"
                  R"({"type":"thinking","thinking":"x","signature":""})");
    ASSERT_FALSE(read->error);
    EXPECT_EQ(read->part(0).signature, "S+/=");
    EXPECT_EQ(read->part(0).format, ReasoningFormat::anthropic);
    EXPECT_EQ(read->part(1).text, "D");
    EXPECT_EQ(read->part(1).format, ReasoningFormat::anthropic);
    EXPECT_EQ(read->part(2).format, ReasoningFormat::unknown) << "it has no provider's signature";
    EXPECT_EQ(user(R"({"type":"thinking","thinking":"th","signature":"S"})")->param(), "messages[0].content[0].type");
}

TEST(MessagesRequest, D24ReasoningOfAnotherProviderIsKnownAndLeftOutForThisOne) {
    const auto read = chat(
        R"({"role":"user","content":"go"},{"role":"assistant","content":[{"type":"thinking","thinking":"so",)"
        R"("signature":"tollgate:openai-responses-v1:sealed:rs_1:gAAA"},{"type":"text","text":"hi"}]},{"role":"user","content":"on"})");
    ASSERT_FALSE(read->error);
    EXPECT_EQ(read->part(2).kind, Kind::sealed_reasoning);
    EXPECT_EQ(read->part(2).format, ReasoningFormat::openai_responses);
    const Sent sent = send(read->request);
    EXPECT_EQ(sent.text.find("gAAA"), std::string::npos);
    EXPECT_EQ(sent.dropped, "messages[].content[].thinking");
    const auto odd = assistant(R"({"type":"redacted_thinking","data":"tollgate:none:of:these:x"})");
    EXPECT_EQ(odd->part(0).text, "tollgate:none:of:these:x") << "no prefix of ours";
}

TEST(MessagesRequest, WhatABlockLacksOrWhereItCannotStand) {
    EXPECT_EQ(user(R"({"type":"tool_use","id":"a","name":"f","input":{}})")->param(), "messages[0].content[0].type");
    EXPECT_EQ(assistant(R"({"type":"tool_result","tool_use_id":"a"})")->param(), "messages[0].content[0].type");
    EXPECT_EQ(assistant(R"({"type":"tool_use","id":"a","name":"f","input":"{}"})")->param(),
              "messages[0].content[0].input");
    EXPECT_EQ(assistant(R"({"type":"tool_use","name":"f","input":{}})")->param(), "messages[0].content[0].id");
    EXPECT_EQ(user(R"({"type":"text"})")->param(), "messages[0].content[0].text");
    EXPECT_EQ(user(R"({"type":"container_upload","file_id":"f"})")->param(), "messages[0].content[0].type");
    EXPECT_EQ(user(R"({"type":"tool_result"})")->param(), "messages[0].content[0].tool_use_id");
    EXPECT_EQ(chat(R"({"role":"tool","content":"x"})")->param(), "messages[0].role");
    EXPECT_EQ(chat(R"({"role":"user"})")->param(), "messages[0].content");
    EXPECT_EQ(chat("")->param(), "messages");
}

TEST(MessagesRequest, Tools) {
    const auto read =
        with(R"("tools":[{"type":"custom","name":"f","description":"d","input_schema":{"type":"object"},"strict":true,)"
             R"("cache_control":{"type":"ephemeral"},"defer_loading":true}],"tool_choice":{"type":"tool","name":"f",)"
             R"("disable_parallel_tool_use":true})");
    ASSERT_FALSE(read->error);
    const Tool& tool = read->request.tools.at(0);
    EXPECT_EQ(tool.name, "f");
    EXPECT_EQ(tool.schema, R"({"type":"object"})");
    EXPECT_EQ(tool.strict, "true");
    EXPECT_EQ(tool.cache_control, R"({"type":"ephemeral"})");
    EXPECT_EQ(read->request.tool_choice.kind, ToolChoice::Kind::named);
    EXPECT_TRUE(read->request.tool_choice.one_at_a_time);
    EXPECT_EQ(read->unknown(), "tools[].defer_loading");
    EXPECT_EQ(with(R"("tool_choice":{"type":"any"})")->request.tool_choice.kind, ToolChoice::Kind::required);
    EXPECT_EQ(with(R"("tool_choice":{"type":"some"})")->param(), "tool_choice.type");
    EXPECT_EQ(with(R"("tool_choice":{"type":"tool"})")->param(), "tool_choice.name");
    EXPECT_EQ(with(R"("tools":[{"name":"f"}])")->param(), "tools[0].input_schema");
    EXPECT_EQ(with(R"("tools":{})")->param(), "tools");
}

TEST(MessagesRequest, ThinkingAndEffort) {
    const auto wish = [](const std::string& members) { return with(members)->request.reasoning; };
    EXPECT_EQ(wish(R"("thinking":{"type":"enabled","budget_tokens":2000})").tokens, 2000);
    EXPECT_TRUE(wish(R"("thinking":{"type":"adaptive"})").wanted());
    EXPECT_FALSE(wish(R"("thinking":{"type":"disabled"})").wanted());
    EXPECT_EQ(wish(R"("output_config":{"effort":"max"},"thinking":{"type":"adaptive"})").effort, Effort::max);
    EXPECT_EQ(wish(R"("output_config":{"effort":"low"})").field, "output_config.effort");
    const auto off = with(R"("output_config":{"effort":"low"},"thinking":{"type":"disabled"})");
    EXPECT_FALSE(off->request.reasoning.wanted());
    EXPECT_EQ(off->unknown(), "output_config.effort");
    EXPECT_EQ(with(R"("thinking":{"type":"enabled"})")->param(), "thinking.budget_tokens");
    EXPECT_EQ(with(R"("thinking":{"type":"on"})")->param(), "thinking.type");
    EXPECT_EQ(with(R"("output_config":{"effort":"huge"})")->param(), "output_config.effort");
    EXPECT_EQ(with(R"("thinking":{"type":"adaptive","display":"omitted"})")->unknown(), "thinking.display");
}

TEST(MessagesRequest, StructuredOutput) {
    const std::string format = R"({"type":"json_schema","schema":{"type":"object"}})";
    for (const std::string& members :
         {R"("output_config":{"format":)" + format + "}", R"("output_format":)" + format}) {
        EXPECT_EQ(with(members)->request.output.kind, OutputFormat::Kind::json_schema);
        EXPECT_EQ(with(members)->request.output.schema, R"({"type":"object"})");
    }
    EXPECT_EQ(with(R"("output_config":{"format":{"type":"text"}})")->param(), "output_config.format");
}

TEST(MessagesRequest, Parameters) {
    const auto read =
        with(R"("temperature":0.5,"top_p":0.9,"top_k":5,"metadata":{"user_id":"u"},"service_tier":"standard_only",)"
             R"("stop_sequences":["END"],"cache_control":{"type":"ephemeral"},"stream":true)");
    ASSERT_FALSE(read->error);
    EXPECT_EQ(read->request[Parameter::temperature].value, "0.5");
    EXPECT_EQ(read->request[Parameter::top_k].value, "5");
    EXPECT_EQ(read->request[Parameter::user].value, "\"u\"");
    EXPECT_EQ(read->request[Parameter::user].name, "metadata.user_id");
    EXPECT_EQ(read->request[Parameter::service_tier].value, "\"default\"");
    EXPECT_EQ(read->request.stop, std::vector<Spelt>{"END"});
    EXPECT_EQ(with(R"("stop_sequences":"END")")->param(), "stop_sequences");
    const json::object sent = send(read->request).body();
    EXPECT_EQ(sent.at("service_tier"), "standard_only");
    EXPECT_EQ(sent.at("metadata"), json::parse(R"({"user_id":"u"})"));
}

TEST(MessagesRequest, TheBoundIsANumber) {
    const auto bound = [](const std::string& member) {
        return Read(R"({"messages":[{"role":"user","content":"hi"}])" + member + "}").param();
    };
    EXPECT_EQ(bound(""), "no error") << "a default may have one";
    EXPECT_EQ(bound(R"(,"max_tokens":0)"), "max_tokens");
    EXPECT_EQ(bound(R"(,"max_tokens":"7")"), "max_tokens");
    EXPECT_EQ(bound(R"(,"max_tokens":7)"), "no error");
    EXPECT_EQ(Read(R"({"max_tokens":7})").param(), "messages");
}

TEST(MessagesRequest, D36WhatIsNotKnownIsNamed) {
    const auto read = std::make_unique<Read>(
        R"({"max_tokens":9,"container":"c","fallbacks":[{"model":"x"}],"mcp_servers":[{"name":"x"}],"context_management":{},"speed":null,"provider":{},)"
        R"("metadata":{"x":1},"messages":[{"role":"user","name":"ann","content":[{"type":"text","text":"a","x":1,"citations":null}]},)"
        R"({"role":"assistant","content":[{"type":"text","text":"a","citations":[]},{"type":"text","text":"b","citations":[{"url":"u"}]}]}]})");
    ASSERT_FALSE(read->error);
    EXPECT_EQ(read->unknown(),
              "container, mcp_servers, context_management, messages[].name, messages[].content[].x, "
              "messages[].content[].citations, metadata.x");
}

TEST(MessagesRequest, WhatOnlyThisApiKnowsComesBackToIt) {
    const auto read =
        user(R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"a\n"},"title":"T",)"
             R"("context":"C","citations":{"enabled":true}},{"type":"image","source":{"type":"file","file_id":"f"}})");
    ASSERT_FALSE(read->error);
    const Sent sent = send(read->request);
    EXPECT_EQ(sent.body().at("messages").at(0).at("content"),
              json::parse(R"([{"type":"document","source":{"type":"text",
        "media_type":"text/plain","data":"a\n"},"title":"T","context":"C","citations":{"enabled":true}},
        {"type":"image","source":{"type":"file","file_id":"f"}}])"));
    EXPECT_EQ(sent.dropped, "");
    // To another dialect it is none that can be taken.
    TranslationNotes notes;
    UntakenParameters untaken(read->request);
    untaken.take_native("gemini");
    untaken.note_rest(notes);
    EXPECT_EQ(notes.dropped.text(), "messages[].content[].context, messages[].content[].citations");
}

// --- What is written for the API and read as its clients are is the same chat.

struct RoundTrip {
    int chats = 0, skipped = 0;
};

RoundTrip expect_identity(const ChatFeatures& features, const Target& target) {
    RoundTrip result;
    for (std::uint64_t seed = 0; seed < 1000 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        ChatRequest drawn = chat_test::random_chat(random, features);
        drawn.dialect = "messages";
        if (drawn.output_bound == 0) drawn.output_bound = 4096;  // the API wants one
        const Sent sent = send(drawn, messages_upstream(), target);
        EXPECT_FALSE(sent.error) << sent.error.detail().message;
        // What the API excludes: reasoning beside a tool that must be called, or with a temperature.
        if (sent.error || !sent.dropped.empty() || !sent.changed.empty()) {
            ++result.skipped;
            continue;
        }
        const Read back(sent.text);
        EXPECT_FALSE(back.error) << back.error.detail().message << "\n" << sent.text;
        EXPECT_EQ(described(back.request), described(drawn)) << sent.text;
        ++result.chats;
    }
    return result;
}

// Of the two ways to ask for reasoning a model takes one; the others have no counterpart in the API.
ChatFeatures features() {
    ChatFeatures features{
        .instruction_in_middle = false, .refusals = false, .json_object = false, .schema_names = false};
    features.file_ids = true;
    features.parameters = {Parameter::temperature, Parameter::top_p, Parameter::top_k, Parameter::cache_control,
                           Parameter::user};
    return features;
}

TEST(MessagesRequest, RandomChatsComeBackWithABudget) {
    ChatFeatures drawn = features();
    drawn.effort = false;
    const RoundTrip result = expect_identity(drawn, {.model = "claude", .reasoning = ReasoningControl::budget});
    RecordProperty("chats", result.chats);
    EXPECT_GT(result.chats, 600) << result.skipped;
}

TEST(MessagesRequest, RandomChatsComeBackWithAnEffort) {
    ChatFeatures drawn = features();
    drawn.reasoning_tokens = false;
    const RoundTrip result = expect_identity(drawn, {.model = "claude", .reasoning = ReasoningControl::adaptive});
    EXPECT_GT(result.chats, 600) << result.skipped;
}

}  // namespace
}  // namespace tollgate::messages_test
