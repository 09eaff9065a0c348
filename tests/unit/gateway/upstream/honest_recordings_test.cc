// Answers recorded of real providers, which are honest: their figures are billed, and hardly one is called
// contradictory. The recordings are not part of the repository.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/chat/answer_stream.h"
#include "gateway/upstream/endings.h"

namespace tollgate {
namespace {

struct Recording {
    std::string name, body;
    bool stream = false;
};

std::vector<Recording> recordings() {
    std::vector<Recording> found;
    const std::filesystem::path root = std::filesystem::path(TOLLGATE_TEST_DATA) / "recordings";
    if (!std::filesystem::exists(root)) return found;
    for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
        const std::string kind = file.path().parent_path().filename().string();
        if (file.path().extension() != ".response" || (kind != "json" && kind != "stream")) continue;
        std::stringstream text;
        text << std::ifstream(file.path(), std::ios::binary).rdbuf();
        const std::string whole = text.str();
        const auto line_end = whole.find('\n');
        if (whole.find(" 200") > line_end) continue;
        const std::string_view end = line_end > 0 && whole[line_end - 1] == '\r' ? "\r\n\r\n" : "\n\n";
        found.push_back({std::filesystem::relative(file.path(), root).string(),
                         whole.substr(whole.find(end) + end.size()), kind == "stream"});
    }
    return found;
}

// None for what is no chat of OpenAI's shape with a report of usage.
std::optional<Ending> ending_of(const Recording& recording) {
    if (recording.body.find("\"choices\"") == std::string::npos) return std::nullopt;
    if (recording.stream) {
        AnswerStream stream;
        stream.begin({});
        std::string out;
        stream.feed(recording.body, out);
        if (!stream.facts().has_usage || stream.facts().error_event) return std::nullopt;
        Ending ending = stream_ending({}, stream.facts());
        ending.finish_reason = ending.upstream_id = {};  // views of the stream's
        return ending;
    }
    PlainAnswer answer;
    if (inspect_answer(recording.body, {.provider = "recorded"}, answer) || !answer.has_usage) return std::nullopt;
    return plain_ending({}, recording.body, answer);
}

TEST(HonestRecordings, FiguresAreBilledAndHardlyAnyIsContradictory) {
    const std::vector<Recording> all = recordings();
    if (all.empty())
        GTEST_SKIP() << "recordings of real providers are not in the repository; none in " << TOLLGATE_TEST_DATA;
    std::vector<std::string> contradictory, counted;
    std::size_t answers = 0;
    for (const Recording& recording : all) {
        const auto ending = ending_of(recording);
        if (!ending) continue;
        ++answers;
        if (ending->usage_contradictory) contradictory.push_back(recording.name);
        if (ending->source != UsageSource::provider) counted.push_back(recording.name);
    }
    RecordProperty("answers", static_cast<int>(answers));
    RecordProperty("contradictory", static_cast<int>(contradictory.size()));
    EXPECT_GT(answers, 100u);
    EXPECT_LE(contradictory.size() * 100, answers) << testing::PrintToString(contradictory);
    EXPECT_LE(counted.size() * 100, answers) << testing::PrintToString(counted);
}

}  // namespace
}  // namespace tollgate
