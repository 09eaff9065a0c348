#include "gateway/api/instance_configuration.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "gateway/worker.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;

std::string_view source_of(const OptionRecord& option) {
    if (option.from_environment) return "environment";
    return option.line == 0 ? "default" : "file";
}

void write_option(const OptionRecord& option, JsonWriter& json) {
    json.object().key("name").text(option.name).key("meaning").text_or_null(option.meaning);
    json.key("value").text_or_null(option.value).key("default").text_or_null(option.usual);
    json.key("source").text(source_of(option)).key("line");
    option.line == 0 ? json.null() : json.number(option.line);
    json.key("environment").array();
    for (const std::string& name : option.environment) json.text(name);
    json.end().key("secret").flag(option.is_secret).key("set").flag(option.is_set);
    json.key("waits_for_restart").flag(option.waits_for_restart).end();
}

std::int64_t unix_ms_of(fs::file_time_type time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::file_clock::to_sys(time).time_since_epoch())
        .count();
}

// Of a directory, that of its newest file. 0: it cannot be read.
std::int64_t changed_ms(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        const auto time = fs::last_write_time(path, error);
        return error ? 0 : unix_ms_of(time);
    }
    std::int64_t newest = 0;
    for (fs::recursive_directory_iterator file(path, error), end; !error && file != end; file.increment(error)) {
        std::error_code gone;
        if (file->path().extension() != ".yaml") continue;
        const auto time = file->last_write_time(gone);
        if (!gone) newest = std::max(newest, unix_ms_of(time));
    }
    return newest;
}

void write_catalogue(const Services& services, const std::vector<std::string>& paths, JsonWriter& json) {
    const auto catalogue = services.catalogue.get();
    json.key("catalogue").object().key("version").text(catalogue->prices().version());
    json.key("models").number(static_cast<std::int64_t>(catalogue->prices().models().size()));
    json.key("callable_models").number(static_cast<std::int64_t>(catalogue->models().size()));
    json.key("endpoints").number(static_cast<std::int64_t>(catalogue->endpoints().size())).key("files").array();
    for (const std::string& path : paths) {
        json.object().key("path").text(path).key("changed_at").time(changed_ms(path)).end();
    }
    json.end().end();
}

}  // namespace

ApiAnswer show_configuration(Call& call) {
    const auto in_force = call.services.options.get();
    JsonWriter json;
    json.object().key("file").text(call.services.config.file).key("read_at").time(in_force->read_ms);
    json.key("options").array();
    for (const OptionRecord& option : in_force->options) write_option(option, json);
    json.end();
    write_catalogue(call.services, in_force->catalogue, json);
    json.end();
    return json_answer(json);
}

}  // namespace tollgate
