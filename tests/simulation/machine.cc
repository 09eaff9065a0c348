#include "tests/simulation/machine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "store/fail_point.h"
#include "store/slot_layout.h"

namespace tollgate {
namespace {

simulation::Machine* running_machine = nullptr;

}  // namespace

void fail_point(std::string_view name) {
    if (running_machine != nullptr) running_machine->pass(name);
}

namespace simulation {
namespace {

constexpr std::uint64_t kWrittenBackOneIn = 3;  // of the slots, at a write-back

[[noreturn]] void stop(const char* what) {
    std::perror(what);
    std::exit(2);
}

// A descriptor for one call. The path is this process's own, in memory: failures end the program.
struct SlotDescriptor {
    explicit SlotDescriptor(const std::string& path) : fd(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
    ~SlotDescriptor() {
        if (fd >= 0) ::close(fd);
    }
    SlotDescriptor(const SlotDescriptor&) = delete;
    SlotDescriptor& operator=(const SlotDescriptor&) = delete;
    const int fd;
};

}  // namespace

Machine::Machine(std::string slot_path, Random& random) : slot_path_(std::move(slot_path)), random_(random) {
    ::unlink(slot_path_.c_str());
    running_machine = this;
}

Machine::~Machine() {
    running_machine = nullptr;
    ::unlink(slot_path_.c_str());
}

Result<std::string> Machine::get(Family family, std::string_view key) {
    const Keys& keys = at(family);
    const auto found = keys.find(key);
    if (found == keys.end()) return failure(StatusCode::not_found, "no such key");
    return found->second;
}

Status Machine::scan(Family family, std::string_view begin, std::string_view end,
                     const std::function<bool(std::string_view key, std::string_view value)>& visit) {
    const Keys& keys = at(family);
    for (auto it = keys.lower_bound(begin); it != keys.end() && (end.empty() || it->first < end); ++it) {
        if (!visit(it->first, it->second)) break;
    }
    return {};
}

Result<std::pair<std::string, std::string>> Machine::last_before(Family family, std::string_view begin,
                                                                 std::string_view end) {
    const Keys& keys = at(family);
    auto it = end.empty() ? keys.end() : keys.lower_bound(end);
    if (it == keys.begin() || (--it)->first < begin) return failure(StatusCode::not_found, "no key in that range");
    return std::pair(it->first, it->second);
}

void Machine::apply(const WriteBatch& batch, Durability durability) {
    std::vector<Undo> undo;
    for (const auto& operation : batch.operations()) {
        Keys& keys = at(operation.family);
        const auto found = keys.find(operation.key);
        const bool existed = found != keys.end();
        undo.push_back({operation.family, operation.key, existed, existed ? found->second : std::string()});
        if (!operation.erase) {
            keys.insert_or_assign(operation.key, operation.value);
        } else if (existed) {
            keys.erase(found);
        }
    }
    ++commits_;
    unsynced_.push_back(std::move(undo));
    if (durability == Durability::disk) unsynced_.clear();  // the log is one file: syncing it syncs all before
}

Status Machine::commit(const WriteBatch& batch, Durability durability) {
    pass("store_before_commit");
    if (crashed_) return {StatusCode::io, "the machine is gone"};
    if (read_only_) return {StatusCode::read_only, "read-only since an earlier write failed"};
    const CommitFault fault = std::exchange(fault_, CommitFault::none);
    if (full_ || fault != CommitFault::none) {
        if (!full_ && fault == CommitFault::unknown) apply(batch, durability);
        read_only_ = true;
        return {StatusCode::io, full_ ? "no space left" : "input/output error"};
    }
    apply(batch, durability);
    pass("store_after_commit");
    return {};
}

Status Machine::resume() {
    if (crashed_) return {StatusCode::io, "the machine is gone"};
    if (full_) return {StatusCode::io, "no space left"};
    read_only_ = false;
    return {};
}

void Machine::pass(std::string_view point) {
    if (crashed_ || passes_left_ == 0 || --passes_left_ > 0) return;
    crash();
    crash_point_ = point;
}

void Machine::crash() {
    if (crashed_) return;
    crashed_ = true;
    crash_point_ = "between two steps";
    passes_left_ = 0;
    slots_at_crash_ = read_slots();
}

std::string Machine::read_slots() const {
    const SlotDescriptor file(slot_path_);
    if (file.fd < 0) return {};  // not made yet
    struct stat info{};
    if (::fstat(file.fd, &info) != 0) stop("slot file");
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    if (::pread(file.fd, bytes.data(), bytes.size(), 0) != info.st_size) stop("slot file");
    return bytes;
}

void Machine::write_slots(const std::string& bytes) const {
    if (bytes.empty()) {
        ::unlink(slot_path_.c_str());
        return;
    }
    const SlotDescriptor file(slot_path_);
    const auto size = static_cast<off_t>(bytes.size());
    if (file.fd < 0 || ::pwrite(file.fd, bytes.data(), bytes.size(), 0) != size || ::ftruncate(file.fd, size) != 0) {
        stop("slot file");
    }
}

void Machine::write_back() {
    const std::string now = read_slots();
    if (slots_on_disk_.size() != now.size()) slots_on_disk_ = now;
    for (std::size_t at = slot_layout::kHeaderBytes; at < now.size(); at += kSlotBytes) {
        if (random_.one_in(kWrittenBackOneIn)) slots_on_disk_.replace(at, kSlotBytes, now, at, kSlotBytes);
    }
}

void Machine::cut_power() {
    for (std::uint64_t lost = random_.below(unsynced_.size() + 1); lost > 0; --lost) {
        auto& undo = unsynced_.back();
        for (auto it = undo.rbegin(); it != undo.rend(); ++it) {
            if (it->existed) {
                at(it->family).insert_or_assign(it->key, std::move(it->value));
            } else {
                at(it->family).erase(it->key);
            }
        }
        unsynced_.pop_back();
    }
    unsynced_.clear();  // what is there after a power cut is on the disk
    if (slots_on_disk_.size() == slots_at_crash_.size()) {
        for (std::size_t at = slot_layout::kHeaderBytes; at < slots_at_crash_.size(); at += kSlotBytes) {
            if (random_.one_in(2)) slots_at_crash_.replace(at, kSlotBytes, slots_on_disk_, at, kSlotBytes);
        }
    }
    slots_on_disk_ = slots_at_crash_;
}

void Machine::restart() {
    write_slots(slots_at_crash_);
    slots_at_crash_.clear();
    crashed_ = read_only_ = full_ = false;
    fault_ = CommitFault::none;
    passes_left_ = 0;
}

bool Machine::flip_byte(Family family) {
    Keys& keys = at(family);
    if (keys.empty()) return false;
    std::string& value =
        std::next(keys.begin(), random_.between(0, static_cast<std::int64_t>(keys.size()) - 1))->second;
    char& byte = value[random_.below(value.size())];
    byte = static_cast<char>(byte ^ (1 << random_.below(8)));
    return true;
}

}  // namespace simulation
}  // namespace tollgate
