#include "gateway/tools/catalogue_command.h"

#include <fcntl.h>
#include <stdio.h>  // renameat2
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "gateway/catalogue/catalogue_changes.h"
#include "gateway/catalogue/catalogue_writer.h"
#include "gateway/catalogue/price_list.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;

struct Comparison {
    std::shared_ptr<const PriceList> before, after;
    std::vector<CatalogueChange> changes;
    std::string version;  // of the list to be
};

Result<Comparison> compare(const CatalogueCommand& command) {
    Comparison found;
    auto before = PriceList::load(command.catalogue);
    if (!before) return std::unexpected(before.error());
    std::error_code unknown;
    std::vector<std::string> paths = {command.newer};
    if (!fs::is_directory(command.newer, unknown)) paths.insert(paths.begin(), command.catalogue);
    auto after = PriceList::load(paths);
    if (!after) return std::unexpected(after.error());
    found.before = std::move(*before);
    found.after = std::move(*after);
    found.changes = catalogue_changes(*found.before, *found.after);
    const std::string& old = found.before->version();
    std::string named = found.after->version();  // "old+new" where a file is laid upon the one in use
    if (paths.size() > 1) named = named.size() > old.size() ? named.substr(old.size() + 1) : old;
    found.version = named == old ? version_after(old) : named;
    return found;
}

std::string line_of(const FieldChange& field) {
    const std::string before = field.before.empty() ? "(nothing)" : field.before;
    const std::string after = field.after.empty() ? "(nothing)" : field.after;
    return field.name + ": " + before + " -> " + after + (field.percent.empty() ? "" : " (" + field.percent + ")");
}

// Of one that is added: what it costs is what people look for.
std::string added_line(const CatalogueChange& change) {
    std::string line;
    for (const FieldChange& field : change.fields) {
        if (field.name != "prompt" && field.name != "completion") continue;
        line += (line.empty() ? ": " : ", ") + field.name + " " + field.after;
    }
    return line;
}

void print(const Comparison& found) {
    static constexpr std::array<const char*, 3> kSubjects = {"provider", "model", "endpoint"};
    std::array<std::array<int, 3>, 3> counts{};
    for (const CatalogueChange& change : found.changes) {
        const auto kind = static_cast<std::size_t>(change.kind), subject = static_cast<std::size_t>(change.subject);
        ++counts[subject][kind];
        const bool added = change.kind == CatalogueChange::Kind::added;
        std::printf("%c %s %s%s\n", "+-~"[kind], kSubjects[subject], change.name.c_str(),
                    added ? added_line(change).c_str() : "");
        if (added) continue;
        for (const FieldChange& field : change.fields) std::printf("    %s\n", line_of(field).c_str());
    }
    for (std::size_t subject = 0; subject < kSubjects.size(); ++subject) {
        std::printf("%ss: %d added, %d removed, %d changed\n", kSubjects[subject], counts[subject][0],
                    counts[subject][1], counts[subject][2]);
    }
}

Status failed(const std::string& path, const std::string& why) { return {StatusCode::io, path + ": " + why}; }

Status write_file(const fs::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    return file ? Status() : failed(path.string(), "cannot be written");
}

// A neighbour of `target`, so that one can take the place of the other; removed when it goes out of scope.
class Staged {
  public:
    explicit Staged(const fs::path& target) : path_(target.string() + ".taken-" + std::to_string(getpid())) {
        remove();
    }
    ~Staged() { remove(); }
    Staged(const Staged&) = delete;
    Staged& operator=(const Staged&) = delete;
    const fs::path& path() const { return path_; }

  private:
    void remove() const {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path path_;
};

// What stands in the directory beside the catalogue's files stays.
Status stage_directory(const fs::path& target, const fs::path& staged, const std::vector<CatalogueFile>& files) {
    std::error_code error;
    fs::copy(target, staged, fs::copy_options::recursive, error);
    std::vector<fs::path> old;
    for (fs::recursive_directory_iterator next(staged, error), end; !error && next != end; next.increment(error)) {
        if (next->path().extension() == ".yaml") old.push_back(next->path());
    }
    for (const fs::path& path : old) fs::remove(path, error);
    if (!error) fs::create_directories(staged / "models", error);
    if (error) return failed(staged.string(), error.message());
    for (const CatalogueFile& file : files) {
        if (Status status = write_file(staged / file.path, file.text); !status.ok()) return status;
    }
    return {};
}

Status take(const fs::path& target, const Comparison& found) {
    const Staged staged(target);
    std::error_code unknown;
    const bool is_directory = fs::is_directory(target, unknown);
    const Status written = is_directory
                               ? stage_directory(target, staged.path(), catalogue_files(*found.after, found.version))
                               : write_file(staged.path(), catalogue_text(*found.after, found.version));
    if (!written.ok()) return written;
    const auto read = PriceList::load(staged.path().string());
    if (!read) return read.error();
    if (!catalogue_changes(*found.after, **read).empty()) {
        return {StatusCode::corrupt, staged.path().string() + ": reads otherwise than it was written"};
    }
    const unsigned how = is_directory ? RENAME_EXCHANGE : 0;  // a file takes the other's place anywhere
    if (renameat2(AT_FDCWD, staged.path().c_str(), AT_FDCWD, target.c_str(), how) == 0) return {};
    return failed(target.string(), std::strerror(errno));
}

}  // namespace

Status catalogue_diff_command(const CatalogueCommand& command) {
    const auto found = compare(command);
    if (!found) return found.error();
    print(*found);
    return {};
}

Status catalogue_take_command(const CatalogueCommand& command) {
    const auto found = compare(command);
    if (!found) return found.error();
    print(*found);
    if (found->changes.empty()) {
        std::printf("version %s stays: nothing differs\n", found->before->version().c_str());
        return {};
    }
    std::error_code error;
    const fs::path target = fs::canonical(command.catalogue, error);
    if (error) return failed(command.catalogue, error.message());
    if (Status status = take(target, *found); !status.ok()) return status;
    std::printf("version %s -> %s; a running gateway takes it on SIGHUP\n", found->before->version().c_str(),
                found->version.c_str());
    return {};
}

}  // namespace tollgate
