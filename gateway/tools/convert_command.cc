#include "gateway/tools/convert_command.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "gateway/import/litellm_config.h"
#include "gateway/text/time_text.h"
#include "gateway/wire/clock.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostConfigBytes = std::size_t{16} << 20;
constexpr std::size_t kDayText = 10;  // "2026-11-28"

// Replaces nothing.
Status write_new(const std::filesystem::path& path, const std::string& text) {
    if (std::filesystem::exists(path)) return {StatusCode::already_exists, path.string() + " is there already"};
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    return file ? Status() : Status(StatusCode::io, path.string() + ": cannot be written");
}

}  // namespace

Status convert_command(const ConvertCommand& command) {
    std::ifstream file(command.config, std::ios::binary);
    if (!file) return {StatusCode::io, command.config + ": cannot be opened"};
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (text.size() > kMostConfigBytes) return {StatusCode::invalid, command.config + ": is too large"};
    const auto converted =
        convert_litellm_config(text, command.config, rfc3339(wire::unix_ms_now()).substr(0, kDayText));
    if (!converted) return converted.error();
    const std::filesystem::path directory(command.directory);
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed) return {StatusCode::io, command.directory + ": " + failed.message()};
    Status status = write_new(directory / "providers.yaml", converted->providers);
    if (status.ok()) status = write_new(directory / "prices.yaml", converted->prices);
    if (!status.ok()) return status;
    std::printf("%zu models in %s\n", converted->models, (directory / "prices.yaml").c_str());
    for (const std::string& name : converted->variables) std::printf("set %s to the provider's key\n", name.c_str());
    if (!converted->not_carried.empty()) std::printf("not carried over:\n");
    for (const std::string& what : converted->not_carried) std::printf("  %s\n", what.c_str());
    return {};
}

}  // namespace tollgate
