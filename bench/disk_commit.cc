// What it costs to wait for the disk: settlements arrive at an even rate, one thread commits whatever has gathered, and
// each waits until its group is on disk. RocksDB's own log, synced, and the commit log, against a bare preallocated
// file that gets as many bytes: what the disk itself takes.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "store/journal.h"
#include "store/key_space.h"
#include "store/rocks_store.h"

namespace tollgate {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kSettlementBytes = 300;  // of usage detail and money entry, as the journal packs them
constexpr std::size_t kBlockBytes = 400;       // headers, index, and what else a block costs

struct Result {
    std::vector<double> waits_us;
    std::size_t groups = 0;
};

// The rows of a journal block with `count` settlements.
WriteBatch block_of(std::uint64_t number, std::size_t count) {
    static const std::string bytes(1u << 20, 'x');
    const auto size = [&](std::size_t wanted) { return bytes.substr(0, std::min(wanted, bytes.size())); };
    WriteBatch batch;
    batch.put(Family::usage, usage_key({0, 1, number}), size(kSettlementBytes * 2 / 3 * count));
    batch.put(Family::money, block_key(number), size(kSettlementBytes / 3 * count + kBlockBytes / 2));
    batch.put(Family::block_index, block_key(number), size(kBlockBytes / 2));
    return batch;
}

// The least that a group can take: its bytes in pages of a file that is there already, and one fdatasync.
class BareFile {
  public:
    explicit BareFile(const std::filesystem::path& path)
        : fd_(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
        const std::vector<char> bytes(kFileBytes, 'x');
        if (fd_ < 0 || ::pwrite(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()) ||
            ::fsync(fd_) != 0) {
            std::perror("disk_commit");
            std::exit(1);
        }
    }
    ~BareFile() { ::close(fd_); }
    BareFile(const BareFile&) = delete;
    BareFile& operator=(const BareFile&) = delete;

    Status write(std::size_t settlements) {
        const std::size_t bytes = (settlements * kSettlementBytes + kBlockBytes + kPage - 1) / kPage * kPage;
        if (at_ + bytes > kFileBytes) at_ = 0;
        buffer_.resize(std::max(buffer_.size(), bytes), 'y');
        const bool written =
            ::pwrite(fd_, buffer_.data(), bytes, static_cast<off_t>(at_)) >= 0 && ::fdatasync(fd_) == 0;
        at_ += bytes;
        return written ? Status() : Status(StatusCode::io, "the bare file can't be written");
    }

  private:
    static constexpr std::size_t kPage = 4096, kFileBytes = 64u << 20;
    const int fd_;
    std::size_t at_ = 0;
    std::string buffer_;
};

using Commit = std::function<Status(std::size_t settlements)>;

Result run(const Commit& commit, std::uint64_t per_second, std::uint64_t seconds) {
    const auto total = static_cast<std::size_t>(per_second * seconds);
    const auto began = Clock::now() + std::chrono::milliseconds(10);
    const auto arrival = [&](std::size_t i) {
        return began + std::chrono::nanoseconds(i * 1'000'000'000ULL / per_second);
    };
    Result result;
    result.waits_us.reserve(total);
    for (std::size_t done = 0; done < total;) {
        std::this_thread::sleep_until(arrival(done));
        const auto now = Clock::now();
        std::size_t arrived = done + 1;
        while (arrived < total && arrival(arrived) <= now) ++arrived;
        const Status status = commit(arrived - done);
        if (!status.ok()) {
            std::fprintf(stderr, "disk_commit: %s\n", status.message().c_str());
            std::exit(1);
        }
        const auto committed = Clock::now();
        for (; done < arrived; ++done) {
            result.waits_us.push_back(std::chrono::duration<double, std::micro>(committed - arrival(done)).count());
        }
        ++result.groups;
    }
    std::ranges::sort(result.waits_us);
    return result;
}

void report(const char* name, std::uint64_t per_second, const Result& result) {
    const auto at = [&](double part) {
        return result.waits_us[static_cast<std::size_t>(part * static_cast<double>(result.waits_us.size() - 1))];
    };
    std::printf("%-12s %8llu /s  group %6.1f  p50 %8.0f us  p99 %8.0f us  p99.9 %8.0f us  max %8.0f us\n", name,
                static_cast<unsigned long long>(per_second),
                static_cast<double>(result.waits_us.size()) / static_cast<double>(result.groups), at(0.5), at(0.99),
                at(0.999), at(1));
    std::fflush(stdout);
}

int main_of(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: disk_commit DIRECTORY SECONDS [SETTLEMENTS_PER_SECOND...]\n");
        return 2;
    }
    const std::filesystem::path directory(argv[1]);
    const std::uint64_t seconds = std::strtoull(argv[2], nullptr, 10);
    std::vector<std::uint64_t> rates{2'000, 20'000};
    if (argc > 3) rates.clear();
    for (int i = 3; i < argc; ++i) rates.push_back(std::strtoull(argv[i], nullptr, 10));
    for (const std::uint64_t rate : rates) {
        const auto bare = directory / "bare-file";
        {
            BareFile file(bare);
            report("bare file", rate,
                   run([&](std::size_t settlements) { return file.write(settlements); }, rate, seconds));
        }
        std::filesystem::remove(bare);
        for (const bool logged : {false, true}) {
            const auto path = directory / (logged ? "commit-log" : "rocksdb-log");
            std::filesystem::remove_all(path);
            auto store = RocksStore::open(path.string(), {.commit_log = logged});
            if (!store) {
                std::fprintf(stderr, "disk_commit: %s\n", store.error().message().c_str());
                return 1;
            }
            std::uint64_t block = 0;
            const auto commit = [&](std::size_t settlements) {
                return (*store)->commit(block_of(++block, settlements), Durability::disk);
            };
            report(logged ? "commit log" : "RocksDB log", rate, run(commit, rate, seconds));
            (*store).reset();
            std::filesystem::remove_all(path);
        }
    }
    return 0;
}

}  // namespace
}  // namespace tollgate

int main(int argc, char** argv) { return tollgate::main_of(argc, argv); }
