// Requests of clients of OpenAI's Responses API, as they are understood and as other dialects are told. Rows D… are
// kinds of faults that were reported of other gateways.
#include "gateway/chat/dialect/responses/request_reader.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/chat/dialect/messages/request_writer.h"
#include "tests/unit/gateway/chat/canonical/random_chat.h"

namespace tollgate {
namespace {

namespace json = boost::json;

struct Read {
    std::string body;
    ChatRequest request;
    Error error;

    explicit Read(std::string text) : body(std::move(text)) {
        EXPECT_TRUE(is_json(body, 64)) << body;
        error = read_responses_request(body, request);
    }
    Read(const Read&) = delete;
    Read& operator=(const Read&) = delete;

    std::string unknown() const {
        std::string names;
        for (const std::string_view name : request.unknown) (names += names.empty() ? "" : " ") += name;
        return names;
    }
    const Part& part(std::size_t index) const { return request.parts.at(index); }
};

std::string with(const std::string& members) { return R"({"model":"m","input":"hi",)" + members + "}"; }
std::string input(const std::string& items, const std::string& members = {}) {
    return R"({"model":"m","input":[)" + items + "]" + (members.empty() ? "" : ",") + members + "}";
}

struct Sent {
    Error error;
    json::value body{};
    std::string dropped{};
};

Sent to_messages(const std::string& body) {
    const Read read(body);
    Sent sent{.error = read.error};
    if (sent.error) return sent;
    std::string out;
    TranslationNotes notes;
    sent.error = write_messages_request(read.request, {.model = "c", .output_bound = 4096}, out, notes);
    sent.dropped = notes.dropped.text();
    if (!sent.error) sent.body = json::parse(out);
    return sent;
}

TEST(ResponsesRequest, TextAndInstructions) {
    const Read read(R"({"model":"m","input":"h\u00e9","instructions":"A"})");
    ASSERT_FALSE(read.error);
    EXPECT_EQ(chat_test::described(read.request),
              "system\n  text text=A\nuser\n  text text=h\\u00e9\nchoice\nsettings bound=0\n");
    EXPECT_EQ(read.unknown(), "");
}

TEST(ResponsesRequest, ItemsAreTurns) {
    const Read read(input(
        R"({"role":"developer","content":"D"},)"
        R"({"type":"message","role":"user","content":[{"type":"input_text","text":"q"},)"
        R"({"type":"input_image","image_url":"data:image/PNG;base64,iVBO","detail":"auto"},)"
        R"({"type":"input_file","file_data":"data:application/pdf;base64,JVBE","filename":"a.pdf"},)"
        R"({"type":"input_file","file_url":"https://a/b.pdf"},{"type":"input_image","file_id":"file-1"}]},)"
        R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"why"}],"encrypted_content":"E"},)"
        R"({"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text",)"
        R"("text":"let me","annotations":[],"logprobs":[]}]},)"
        R"({"type":"function_call","id":"fc_1","call_id":"a","name":"f","arguments":"{\"x\":1}"},)"
        R"({"type":"function_call","call_id":"b","name":"g","arguments":"{}"},)"
        R"({"type":"function_call_output","call_id":"a","output":"1"},)"
        R"({"type":"function_call_output","call_id":"b","output":[{"type":"input_text","text":"2"},)"
        R"({"type":"input_image","image_url":"https://a/c.png"}]},)"
        R"({"role":"user","content":"go on"})"));
    ASSERT_FALSE(read.error) << read.error.detail().message;
    EXPECT_EQ(chat_test::described(read.request), R"(system
  text text=D
user
  text text=q
  image data=iVBO type=image/png
  file data=JVBE type=application/pdf file name=a.pdf
  file url=https://a/b.pdf
  image file id=file-1
assistant
  reasoning text=why format=openai-responses-v1
  sealed reasoning text=E id=rs_1 format=openai-responses-v1
  text text=let me
  call id=a name=f arguments={"x":1}
  call id=b name=g arguments={}
user
  result id=a
    text text=1
  result id=b
    text text=2
    image url=https://a/c.png
  text text=go on
choice
settings bound=0
)");
    EXPECT_EQ(read.request.turns.size(), 5U) << "the client's own message is a turn of its own";
    EXPECT_EQ(read.request.field_of(read.request.turns.back()), "input[8]");
    EXPECT_EQ(read.unknown(), "");
}

TEST(ResponsesRequest, NothingIsStored) {
    const auto refused = [](const std::string& members) {
        const std::string body = with(members);
        const Error checked = check_is_stateless(body);
        const Read read(body);
        EXPECT_EQ(read.error.kind(), ErrorKind::invalid_request) << body;
        EXPECT_EQ(read.error.retry(), Retry::never) << body;
        return checked ? checked.detail().param : "";
    };
    EXPECT_EQ(refused(R"("store":true)"), "store");
    EXPECT_EQ(refused(R"("background":true)"), "background");
    EXPECT_EQ(refused(R"("previous_response_id":"resp_1")"), "previous_response_id");
    EXPECT_EQ(refused(R"("conversation":{"id":"conv_1"})"), "conversation");
    EXPECT_EQ(refused(R"("prompt":{"id":"pmpt_1"})"), "prompt");
    EXPECT_EQ(check_is_stateless(input(R"({"role":"user","content":"a"},{"type":"item_reference","id":"msg_1"})"))
                  .detail()
                  .param,
              "input[1]");
    EXPECT_EQ(Read(input(R"({"id":"msg_1"})")).error.detail().param, "input[0]") << "a reference without its type";
    const Read fine(with(R"("store":false,"background":false,"previous_response_id":null,"conversation":null)"));
    EXPECT_FALSE(fine.error);
    EXPECT_EQ(fine.unknown(), "");
}

TEST(ResponsesRequest, Parameters) {
    const Read read(with(R"("temperature":0.5,"top_p":0.9,"max_output_tokens":7,"metadata":{"a":"b"},)"
                         R"("parallel_tool_calls":false,"prompt_cache_key":"k","safety_identifier":"s","user":"u",)"
                         R"("service_tier":"flex","truncation":"disabled","include":["reasoning.encrypted_content"],)"
                         R"("text":{"verbosity":"low"},"reasoning":{"effort":"high","summary":"auto"},)"
                         R"("stream":true,"stream_options":{"include_obfuscation":false},"provider":{"order":["a"]})"));
    ASSERT_FALSE(read.error);
    const ChatRequest& request = read.request;
    EXPECT_EQ(request[Parameter::temperature].value, "0.5");
    EXPECT_EQ(request[Parameter::top_p].value, "0.9");
    EXPECT_EQ(request.output_bound, 7);
    EXPECT_EQ(request[Parameter::metadata].value, R"({"a":"b"})");
    EXPECT_TRUE(request.tool_choice.one_at_a_time);
    EXPECT_EQ(request[Parameter::prompt_cache_key].value, R"("k")");
    EXPECT_EQ(request[Parameter::user].value, R"("s")");
    EXPECT_EQ(request[Parameter::service_tier].value, R"("flex")");
    EXPECT_EQ(request[Parameter::verbosity].name, "text.verbosity");
    EXPECT_EQ(request.reasoning.effort, Effort::high);
    EXPECT_EQ(read.unknown(), "user") << "the newer name came in its place";
}

TEST(ResponsesRequest, WhatIsNotUnderstoodIsNamed) {
    const Read read(input(R"({"role":"assistant","content":"a","phase":"commentary"},{"role":"user","content":[)"
                          R"({"type":"input_text","text":"b","x":1},)"
                          R"({"type":"input_image","image_url":"https://a/b","detail":"high"}]})",
                          R"("truncation":"auto","top_logprobs":3,"include":["message.output_text.logprobs"],)"
                          R"("max_tool_calls":2,"client_metadata":{"a":1},"reasoning":{"context":"auto"},)"
                          R"("text":{"y":1},"tools":[{"type":"web_search"},{"type":"function","name":"f","z":1}])"));
    ASSERT_FALSE(read.error);
    EXPECT_EQ(read.unknown(),
              "truncation top_logprobs include.message.output_text.logprobs max_tool_calls client_metadata "
              "reasoning.context text.y tools[].web_search tools[].z input[].phase input[].content[].x "
              "input[].content[].detail");
}

TEST(ResponsesRequest, WhatCannotBeUnderstoodIsRefused) {
    const auto field = [](const std::string& body) { return Read(body).error.detail().param; };
    EXPECT_EQ(field(R"({"model":"m"})"), "input");
    EXPECT_EQ(field(R"({"model":"m","input":7})"), "input");
    EXPECT_EQ(field(with(R"("instructions":[])")), "instructions");
    EXPECT_EQ(field(with(R"("reasoning":{"effort":"immense"})")), "reasoning.effort");
    EXPECT_EQ(field(with(R"("text":{"format":{"type":"json_schema"}})")), "text.format");
    EXPECT_EQ(field(with(R"("max_output_tokens":"x")")), "max_output_tokens");
    EXPECT_EQ(field(with(R"("tool_choice":"maybe")")), "tool_choice");
    EXPECT_EQ(field(with(R"("tools":[{"type":"function"}])")), "tools[0].name");
    EXPECT_EQ(field(input(R"({"role":"robot","content":"a"})")), "input[0].role");
    EXPECT_EQ(field(input(R"({"role":"user","content":[{"type":"hologram"}]})")), "input[0].content[0].type");
    EXPECT_EQ(field(input(R"({"type":"function_call","call_id":"a"})")), "input[0].name");
    EXPECT_EQ(field(input(R"({"type":"function_call_output","output":"a"})")), "input[0].call_id");
    EXPECT_EQ(field(input("{}")), "input[0].type");
}

TEST(ResponsesRequest, WhatOnlyTheSameApiHasGoesElsewhere) {
    const auto refused = [](const std::string& body) {
        const Read read(body);
        EXPECT_EQ(read.error.retry(), Retry::elsewhere) << body;
        return read.error.detail().param;
    };
    EXPECT_EQ(refused(with(R"("tools":[{"type":"mcp","server_label":"s"}])")), "tools[0]");
    EXPECT_EQ(refused(with(R"("tools":[{"type":"function","name":"f"},{"type":"code_interpreter"}])")), "tools[1]");
    EXPECT_EQ(refused(with(R"("tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"})")), "tool_choice");
    EXPECT_EQ(refused(input(R"({"type":"compaction","encrypted_content":"E"})")), "input[0].type");
}

TEST(ResponsesRequest, StructuredOutput) {
    const Read read(with(R"("text":{"format":{"type":"json_schema","name":"n","description":"d","strict":true,)"
                         R"("schema":{"type":"object"}}})"));
    EXPECT_EQ(read.request.output.kind, OutputFormat::Kind::json_schema);
    EXPECT_EQ(read.request.output.name, "n");
    EXPECT_EQ(read.request.output.description, "d");
    EXPECT_EQ(read.request.output.strict, "true");
    EXPECT_EQ(read.request.output.schema, R"({"type":"object"})");
    EXPECT_EQ(read.request.output_field, "text.format");
    EXPECT_EQ(Read(with(R"("text":{"format":{"type":"json_object"}})")).request.output.kind,
              OutputFormat::Kind::json_object);
}

TEST(ResponsesRequest, ReasoningWishes) {
    EXPECT_FALSE(Read(with(R"("reasoning":{"summary":"auto"})")).request.reasoning.wanted()) << "Codex sends this";
    EXPECT_TRUE(Read(with(R"("reasoning":{"enabled":true})")).request.reasoning.wanted());
    EXPECT_FALSE(Read(with(R"("reasoning":{"effort":"none"})")).request.reasoning.wanted());
    EXPECT_FALSE(Read(with(R"("reasoning":{"effort":"high","enabled":false})")).request.reasoning.wanted());
    EXPECT_EQ(Read(with(R"("reasoning":{"max_tokens":2000})")).request.reasoning.tokens, 2000);
}

constexpr std::string_view kApplyPatch =
    R"("tools":[{"type":"custom","name":"apply_patch","description":"Edits files","format":{"type":"grammar",)"
    R"("syntax":"lark","definition":"start: /.+/s"}}])";

TEST(ResponsesRequest, D16CustomToolsAreFunctionsThatTakeAText) {
    const Sent sent = to_messages(
        input(R"({"role":"user","content":"go"},)"
              R"({"type":"custom_tool_call","call_id":"c1","name":"apply_patch","input":"*** Begin\n\"x\""},)"
              R"({"type":"custom_tool_call_output","call_id":"c1","output":"done"})",
              std::string(kApplyPatch) + R"(,"tool_choice":{"type":"custom","name":"apply_patch"})"));
    ASSERT_FALSE(sent.error) << sent.error.detail().message;
    const json::value tool = sent.body.at_pointer("/tools/0");
    EXPECT_EQ(tool.at("name"), "apply_patch");
    EXPECT_EQ(tool.at("input_schema"), json::parse(R"({"type":"object","properties":{"input":{"type":"string"}},
        "required":["input"],"additionalProperties":false})"));
    const std::string description(tool.at("description").as_string());
    EXPECT_NE(description.find("Edits files"), std::string::npos);
    EXPECT_NE(description.find("(lark):\nstart: /.+/s"), std::string::npos) << description;
    EXPECT_EQ(sent.body.at("tool_choice"), json::parse(R"({"type":"tool","name":"apply_patch"})"));
    EXPECT_EQ(
        sent.body.at_pointer("/messages/1/content/0"),
        json::parse(R"({"type":"tool_use","id":"c1","name":"apply_patch","input":{"input":"*** Begin\n\"x\""}})"));
    EXPECT_EQ(sent.body.at_pointer("/messages/2/content/0"),
              json::parse(R"({"type":"tool_result","tool_use_id":"c1","content":"done"})"));
    EXPECT_EQ(sent.dropped, "");
    const Read read(with(std::string(kApplyPatch)));
    EXPECT_EQ(read.request.echo.tools, (std::vector<RenamedTool>{{"apply_patch", "apply_patch", "", true}}));
}

TEST(ResponsesRequest, D17NamespacesBecomeOneFlatNameEverywhere) {
    const std::string tools =
        R"("tools":[{"type":"namespace","name":"term","description":"d","tools":[{"type":"function","name":"exec",)"
        R"("parameters":{"type":"object"}},{"type":"custom","name":"paste"}]},)"
        R"({"type":"namespace","name":"ssh","tools":[{"type":"function","name":"exec"}]},)"
        R"({"type":"function","name":"term__exec"}])";
    const Read read(input(R"({"type":"function_call","call_id":"a","namespace":"term","name":"exec","arguments":"{}"},)"
                          R"({"type":"function_call","call_id":"b","namespace":"ssh","name":"exec","arguments":"{}"},)"
                          R"({"type":"function_call","call_id":"c","namespace":"gone","name":"exec","arguments":"{}"},)"
                          R"({"type":"function_call_output","call_id":"a","output":"x"})",
                          tools + R"(,"tool_choice":{"type":"function","namespace":"term","name":"exec"})"));
    ASSERT_FALSE(read.error) << read.error.detail().message;
    const ChatRequest& request = read.request;
    ASSERT_EQ(request.tools.size(), 4U);
    EXPECT_EQ(request.tools[0].name, "term__exec") << "the client's own name stays";
    EXPECT_EQ(request.tools[1].name, "term__exec_2");
    EXPECT_EQ(request.tools[2].name, "term__paste");
    EXPECT_EQ(request.tools[3].name, "ssh__exec");
    EXPECT_EQ(request.tool_choice.name, "term__exec_2");
    EXPECT_EQ(request.parts[0].name, "term__exec_2");
    EXPECT_EQ(request.parts[1].name, "ssh__exec");
    EXPECT_EQ(request.parts[2].name, "gone__exec");
    EXPECT_EQ(request.echo.tools, (std::vector<RenamedTool>{{"term__exec_2", "exec", "term", false},
                                                            {"term__paste", "paste", "term", true},
                                                            {"ssh__exec", "exec", "ssh", false}}));
    const std::string long_name(70, 'n');
    const Read other(with(R"("tools":[{"type":"namespace","name":")" + long_name +
                          R"(","tools":[{"type":"function","name":"a"},{"type":"function","name":"b"}]}])"));
    EXPECT_EQ(other.request.tools[0].name.size(), 64U);
    EXPECT_EQ(other.request.tools[1].name.size(), 64U);
    EXPECT_NE(other.request.tools[0].name, other.request.tools[1].name);
}

TEST(ResponsesRequest, AllowedToolsAreAllThatIsTold) {
    const Read read(with(R"("tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function",)"
                         R"("name":"g"}]},"tools":[{"type":"function","name":"f"},{"type":"function","name":"g"}])"));
    ASSERT_EQ(read.request.tools.size(), 1U);
    EXPECT_EQ(read.request.tools[0].name, "g");
    EXPECT_EQ(read.request.tool_choice.kind, ToolChoice::Kind::required);
}

TEST(ResponsesRequest, D24ReasoningOfOthersComesBackToThem) {
    const Sent sent = to_messages(
        input(R"({"role":"user","content":"go"},)"
              R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"th\u006fught"}],)"
              R"("encrypted_content":"tollgate:anthropic-claude-v1:signature::S+/="},)"
              R"({"type":"reasoning","id":"rs_2","summary":[],)"
              R"("encrypted_content":"tollgate:anthropic-claude-v1:sealed::D"},)"
              R"({"type":"function_call","call_id":"a","name":"f","arguments":"{}"},)"
              R"({"type":"function_call_output","call_id":"a","output":"ok"})",
              R"("tools":[{"type":"function","name":"f"}],"reasoning":{"effort":"high"},"max_output_tokens":9000)"));
    ASSERT_FALSE(sent.error);
    const json::array content = sent.body.at_pointer("/messages/1/content").as_array();
    ASSERT_EQ(content.size(), 3U);
    EXPECT_EQ(content[0], json::parse(R"({"type":"thinking","thinking":"thought","signature":"S+/="})"));
    EXPECT_EQ(content[1], json::parse(R"({"type":"redacted_thinking","data":"D"})"));
    EXPECT_EQ(sent.body.at("thinking").at("type"), "enabled");
    EXPECT_EQ(sent.dropped, "");
    EXPECT_EQ(to_messages(input(R"({"role":"user","content":"go"},{"type":"reasoning","summary":[],)"
                                R"("encrypted_content":"gAAAA"},{"role":"user","content":"on"})"))
                  .dropped,
              "input[].reasoning")
        << "OpenAI's own is nothing to Anthropic";
}

TEST(ResponsesRequest, D27InstructionInTheMiddleKeepsItsPlace) {
    const Read read(input(R"({"role":"user","content":"1"},{"role":"assistant","content":"2"},)"
                          R"({"role":"developer","content":"French"},{"role":"user","content":"3"})",
                          R"("instructions":"A")"));
    EXPECT_EQ(chat_test::described(read.request),
              "system\n  text text=A\nuser\n  text text=1\nassistant\n  text text=2\nsystem\n  text text=French\n"
              "user\n  text text=3\nchoice\nsettings bound=0\n");
}

TEST(ResponsesRequest, D30D37PicturesKeepTheirKindAndIdsAreRefused) {
    const Sent sent = to_messages(input(R"({"role":"user","content":[{"type":"input_image",)"
                                        R"("image_url":"data:image/jpg;base64,/9j/"}]})"));
    EXPECT_EQ(sent.body.at_pointer("/messages/0/content/0/source"),
              json::parse(R"({"type":"base64","media_type":"image/jpeg","data":"/9j/"})"));
    const Sent by_id = to_messages(input(R"({"role":"user","content":[{"type":"input_image","file_id":"file-1"}]})"));
    EXPECT_EQ(by_id.error.kind(), ErrorKind::invalid_request);
    EXPECT_EQ(by_id.error.retry(), Retry::elsewhere);
    EXPECT_FALSE(by_id.error.detail().param.empty());
}

TEST(ResponsesRequest, CacheMarks) {
    const Read read(input(R"({"role":"user","content":[{"type":"input_text","text":"a",)"
                          R"("prompt_cache_breakpoint":{"mode":"explicit"}},)"
                          R"({"type":"input_text","text":"b","cache_control":{"type":"ephemeral","ttl":"1h"}}]})"));
    EXPECT_EQ(read.part(0).cache_control, R"({"type":"ephemeral"})");
    EXPECT_EQ(read.part(1).cache_control, R"({"type":"ephemeral","ttl":"1h"})");
    EXPECT_EQ(read.unknown(), "");
}

TEST(ResponsesRequest, TheAnswerRepeatsWhatIsSmall) {
    const Read read(with(R"("temperature":0.5,"metadata":{"a":"b"},"tool_choice":"none","instructions":"long",)"
                         R"("user":")" +
                         std::string(5000, 'u') + R"(")"));
    EXPECT_EQ(json::parse("{\"x\":0" + read.request.echo.members + "}"), json::parse(R"({"x":0,"temperature":0.5,
        "top_p":null,"parallel_tool_calls":true,"tool_choice":"none","metadata":{"a":"b"}})"));
}

}  // namespace
}  // namespace tollgate
