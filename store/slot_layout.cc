#include "store/slot_layout.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace tollgate::slot_layout {
namespace {

constexpr char kMagic[8] = {'T', 'G', 'S', 'L', 'O', 'T', 'S', '\n'};
constexpr std::size_t kScanSlots = 128;  // read at once when the file is opened

FileHeader make_header(std::uint32_t slots) {
    FileHeader header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.version = kVersion;
    header.slot_bytes = kSlotBytes;
    header.slots = slots;
    header.checksum = checksum(std::as_bytes(std::span(&header, 1)).first(offsetof(FileHeader, checksum)), 0);
    return header;
}

Status system_error(const std::string& what, int error) {
    return {StatusCode::io, what + ": " + std::generic_category().message(error)};
}

Status write_header(int fd, const std::string& path, std::uint32_t slots) {
    const FileHeader header = make_header(slots);
    if (::pwrite(fd, &header, sizeof header, 0) != sizeof header || ::fsync(fd) != 0) {
        return system_error("cannot write slot file " + path, errno);
    }
    return {};
}

Status allocate(int fd, const std::string& path, std::uint32_t slots) {
    int error = EINTR;
    while (error == EINTR) error = ::posix_fallocate(fd, 0, static_cast<off_t>(file_bytes(slots)));
    if (error == 0) return {};
    return system_error("cannot allocate " + std::to_string(file_bytes(slots)) + " bytes for slot file " + path, error);
}

// Under another name first: a process killed here leaves no half-made slot file.
Status create_file(const std::string& path, std::uint32_t slots) {
    const std::string temporary = path + ".new";
    OpenFile file;
    file.fd = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file.fd < 0) return system_error("cannot create slot file " + temporary, errno);
    if (auto status = allocate(file.fd, temporary, slots); !status.ok()) {
        ::unlink(temporary.c_str());
        return status;
    }
    if (auto status = write_header(file.fd, temporary, slots); !status.ok()) return status;
    if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error("cannot create slot file " + path, errno);
    return {};
}

Result<FileHeader> read_header(int fd, const std::string& path) {
    struct stat info{};
    if (::fstat(fd, &info) != 0) return std::unexpected(system_error("cannot read slot file " + path, errno));
    FileHeader header{};
    if (::pread(fd, &header, sizeof header, 0) != sizeof header || !std::ranges::equal(header.magic, kMagic)) {
        return failure(StatusCode::corrupt, "slot file " + path + " does not begin like one");
    }
    if (header.version > kVersion) {
        return failure(StatusCode::too_new, "slot file " + path + " has format version " +
                                                std::to_string(header.version) + ", this program knows " +
                                                std::to_string(kVersion) +
                                                ": start it with the program that wrote it, or a newer one");
    }
    const FileHeader expected = make_header(header.slots);
    if (std::memcmp(&header, &expected, sizeof header) != 0 || header.slots == 0 || header.slots > kMaxSlots) {
        return failure(StatusCode::corrupt, "slot file " + path + ": its header fails its checksum");
    }
    if (static_cast<std::uint64_t>(info.st_size) < file_bytes(header.slots)) {
        return failure(StatusCode::corrupt, "slot file " + path + " has " + std::to_string(info.st_size) +
                                                " bytes, its " + std::to_string(header.slots) + " slots take " +
                                                std::to_string(file_bytes(header.slots)));
    }
    return header;
}

// Read, not mapped: mapping every page to look at a few words would make the whole file resident.
Result<std::vector<SlotIndex>> find_left_over(int fd, const std::string& path, std::uint32_t slots) {
    std::vector<SlotIndex> left_over;
    std::vector<std::byte> buffer(kScanSlots * kSlotBytes);
    for (std::uint32_t first = 0; first < slots; first += kScanSlots) {
        const std::size_t count = std::min<std::size_t>(kScanSlots, slots - first);
        const auto bytes = static_cast<ssize_t>(count * kSlotBytes);
        if (::pread(fd, buffer.data(), count * kSlotBytes, static_cast<off_t>(file_bytes(first))) != bytes) {
            return std::unexpected(system_error("cannot read slot file " + path, errno));
        }
        for (std::size_t i = 0; i < count; ++i) {
            std::uint64_t state;
            std::memcpy(&state, buffer.data() + i * kSlotBytes, sizeof state);
            if (state != kFree) left_over.push_back(first + static_cast<SlotIndex>(i));
        }
    }
    return left_over;
}

}  // namespace

// Two independent chains of multiplications: one would wait for itself.
std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed) {
    constexpr std::uint64_t kOddA = 0x9e3779b97f4a7c15, kOddB = 0xd1b54a32d192ed03;
    std::uint64_t a = seed ^ kOddA, b = bytes.size() ^ kOddB;
    std::size_t at = 0;
    for (; at + 16 <= bytes.size(); at += 16) {
        std::uint64_t words[2];
        std::memcpy(words, bytes.data() + at, sizeof words);
        a = (a ^ words[0]) * kOddA;
        a ^= a >> 29;
        b = (b ^ words[1]) * kOddB;
        b ^= b >> 29;
    }
    std::uint64_t rest[2] = {};
    if (at < bytes.size()) std::memcpy(rest, bytes.data() + at, bytes.size() - at);
    a = (a ^ rest[0]) * kOddA;
    b = (b ^ rest[1]) * kOddB;
    a ^= (b ^ (b >> 31)) * kOddA;
    return a ^ (a >> 32);
}

std::uint64_t seed_of(SlotIndex slot, std::uint64_t boot_epoch) { return boot_epoch ^ (std::uint64_t{slot} << 40); }

Status verify(const Slot& slot, SlotIndex index, const std::string& path) {
    const auto state = slot.state.load(std::memory_order_acquire);
    const auto corrupt = [&](const std::string& what) {
        return Status(StatusCode::corrupt, "slot file " + path + ", slot " + std::to_string(index) + ": " + what);
    };
    if (state != kOpen && state != kSettled) return corrupt("unknown state " + std::to_string(state));
    const auto seed = seed_of(index, slot.boot_epoch);
    if (slot.open_bytes > kSlotOpenBytes) return corrupt("its open record is too long");
    if (checksum(std::span(slot.open).first(slot.open_bytes), seed) != slot.open_checksum) {
        return corrupt("its open record fails its checksum");
    }
    if (state == kOpen) return {};
    if (slot.settlement_bytes > kSlotSettlementBytes) return corrupt("its settlement is too long");
    if (checksum(std::span(slot.settlement).first(slot.settlement_bytes), seed) != slot.settlement_checksum) {
        return corrupt("its settlement fails its checksum");
    }
    return {};
}

OpenFile::OpenFile(OpenFile&& other) noexcept
    : fd(std::exchange(other.fd, -1)), slots(other.slots), left_over(std::move(other.left_over)) {}

OpenFile::~OpenFile() {
    if (fd >= 0) ::close(fd);
}

Result<OpenFile> open_file(const std::string& path, std::uint32_t slots) {
    OpenFile file;
    file.fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file.fd < 0 && errno == ENOENT) {
        if (auto status = create_file(path, slots); !status.ok()) return std::unexpected(std::move(status));
        file.fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    }
    if (file.fd < 0) return std::unexpected(system_error("cannot open slot file " + path, errno));

    const auto stored = read_header(file.fd, path);
    if (!stored) return std::unexpected(stored.error());
    auto left_over = find_left_over(file.fd, path, stored->slots);
    if (!left_over) return std::unexpected(left_over.error());
    file.left_over = std::move(*left_over);
    file.slots = file.left_over.empty() ? slots : std::max(slots, stored->slots);

    // Growing allocates before the header says so, shrinking cuts after: the header never promises what is not there.
    if (auto status = allocate(file.fd, path, file.slots); !status.ok()) return std::unexpected(std::move(status));
    if (file.slots != stored->slots) {
        if (auto status = write_header(file.fd, path, file.slots); !status.ok()) {
            return std::unexpected(std::move(status));
        }
    }
    if (file.slots < stored->slots && ::ftruncate(file.fd, static_cast<off_t>(file_bytes(file.slots))) != 0) {
        return std::unexpected(system_error("cannot shrink slot file " + path, errno));
    }
    return file;
}

Result<OpenFile> open_existing(const std::string& path) {
    OpenFile file;
    file.fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file.fd < 0 && errno == ENOENT) return failure(StatusCode::not_found, "slot file " + path + " does not exist");
    if (file.fd < 0) return std::unexpected(system_error("cannot open slot file " + path, errno));
    const auto stored = read_header(file.fd, path);
    if (!stored) return std::unexpected(stored.error());
    auto left_over = find_left_over(file.fd, path, stored->slots);
    if (!left_over) return std::unexpected(left_over.error());
    file.slots = stored->slots;
    file.left_over = std::move(*left_over);
    return file;
}

Result<OpenFile> create_copy(const std::string& path, std::uint32_t slots) {
    OpenFile file;
    file.fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file.fd < 0 || ::ftruncate(file.fd, static_cast<off_t>(file_bytes(slots))) != 0) {
        return std::unexpected(system_error("cannot create slot file " + path, errno));
    }
    file.slots = slots;
    if (auto status = write_header(file.fd, path, slots); !status.ok()) return std::unexpected(std::move(status));
    return file;
}

}  // namespace tollgate::slot_layout
