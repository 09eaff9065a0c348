// power_cut [--rounds N] [--durability disk|process] [--seed S]
//
// Cuts the power under the ledger on RocksDB again and again (tests/crash/unsynced_files.h says how). Each round a
// process holds, settles and grants as fast as it can, on the data that the last round left, and notes in shared memory
// what was acknowledged; it is killed at a random moment, what was not synced is undone, and the next process must come
// up and find:
//   disk:     every acknowledged request exactly once, with its charge, and every grant
//   process:  every grant; of the requests what the journal still holds, which is a beginning of it
//   both:     nothing twice, and nothing that `ledger verify` finds
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "accounting/ledger/ledger.h"
#include "accounting/verify/ledger_verifier.h"
#include "store/rocks_store.h"
#include "store/slot_file.h"
#include "tests/crash/unsynced_files.h"
#include "tests/simulation/random.h"

namespace {

using namespace tollgate;
using power_cut::CutFigures;
using simulation::Random;

constexpr std::uint32_t kWorkers = 2, kSlots = 256;
constexpr std::uint32_t kMostAcknowledged = 1u << 22, kMostGrants = 1u << 16;
constexpr int kMostMs = 300;             // that a process runs
constexpr int kRoundsPerDirectory = 10;  // verify reads the whole journal
constexpr std::uint32_t kTogether = 8;   // requests settled before their worker waits for the disk
constexpr NanoUsd kHold{1000};
constexpr NanoUsd kGranted{50'000'000};
constexpr std::size_t kPageBytes = 4096, kCommitLogBytes = 64 * kPageBytes;
constexpr std::uint8_t kCrashed = 2;

struct Acknowledged {
    Id128 id;
    std::int64_t amount;
};
// Survives the processes.
struct Notes {
    std::atomic<std::uint32_t> requests, grants;
    std::array<Acknowledged, kMostAcknowledged> request;
    std::array<Acknowledged, kMostGrants> grant;
    std::uint64_t lost, lost_in_all, records, started, blocks;
    std::atomic<std::uint64_t> asked;
    char failure[512];
};
Notes* notes = nullptr;

struct Options {
    int rounds = 500;
    Durability durability = Durability::disk;
    std::uint64_t seed = 0;
};

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

[[noreturn]] void fail(const std::string& what) {
    std::snprintf(notes->failure, sizeof notes->failure, "%s", what.c_str());
    std::_Exit(1);
}

template <class T>
T must(Result<T> result, const char* what) {
    if (!result) fail(std::string(what) + ": " + result.error().message());
    return std::move(*result);
}

Id128 the_organization() {
    Id128 id;
    id.bytes.fill(7);
    return id;
}

// A gateway's accounting, as gateway/server.cc puts it together.
struct Gateway {
    std::unique_ptr<RocksStore> store;
    std::unique_ptr<SlotFile> slots;
    CreditTable credits;
    std::unique_ptr<Ledger> ledger;

    Gateway(const std::string& directory, Durability durability) {
        // As small as a process fills several times.
        const RocksOptions log{.commit_log = durability == Durability::disk, .commit_log_bytes = kCommitLogBytes};
        store = must(RocksStore::open(directory, log), "store");
        const auto epoch = must(store->next_boot_epoch(), "boot epoch");
        slots = must(SlotFile::open({directory + "/slots", kSlots, kWorkers, epoch}), "slot file");
        LedgerOptions options;
        options.durability = durability;
        options.checkpoint_interval_ms = 20;
        ledger = must(Ledger::open(*store, *slots, credits, options, now_ms()), "ledger");
    }
};

void acknowledge(auto& list, std::atomic<std::uint32_t>& count, std::uint32_t most, const Acknowledged& one) {
    static std::atomic_flag lock;
    while (lock.test_and_set()) {
    }
    const std::uint32_t number = count.load();
    if (number < most) {
        list[number] = one;
        count.store(number + 1);
    }
    lock.clear();
}

Acknowledged one_request(Gateway& gateway, std::uint32_t lane, UlidGenerator& ids, const KeyDigest& digest,
                         Random& random) {
    auto& organization = gateway.credits.organization(the_organization());
    const Spenders spenders{.key = &gateway.credits.key(the_organization(), digest)};
    RequestOpened opened;
    opened.request = ids.next(now_ms());
    opened.organization = the_organization();
    opened.key = digest;
    opened.created_ms = now_ms();
    opened.candidates.add({.model = "sample/echo", .provider = "sample"});
    opened.hold = kHold;
    if (organization.hold(spenders, {.amount = kHold, .unix_ms = opened.created_ms}).refusal) return {};
    const auto slot = gateway.slots->acquire(lane);
    if (!slot) {
        organization.settle(spenders, {.held = kHold, .cost = {}, .unix_ms = opened.created_ms});
        return {};
    }
    std::array<std::byte, kSlotOpenBytes> open;
    gateway.slots->publish_open(*slot, std::span(open).first(encode(opened, open)));
    RequestSettled settled;
    settled.cost = {random.between(0, kHold.value)};
    const Charge charge =
        organization.settle(spenders, {.held = kHold, .cost = settled.cost, .unix_ms = opened.created_ms});
    settled.settled_ms = now_ms();
    settled.charged = charge.charged;
    settled.overrun = charge.overrun;
    settled.provider_cost = settled.cost;
    std::array<std::byte, kSlotSettlementBytes> settlement;
    gateway.slots->publish_settled(lane, *slot, std::span(settlement).first(encode(settled, settlement)));
    notes->asked.fetch_add(1);
    return {opened.request, charge.charged.value};
}

void work(Gateway& gateway, std::uint32_t lane, Durability durability, std::uint64_t seed) {
    Random random(seed + lane);
    UlidGenerator ids(lane);
    const KeyDigest key = digest_key("key " + std::to_string(lane));
    std::vector<Acknowledged> settled;
    for (;;) {
        for (std::uint32_t i = 0; i < kTogether; ++i) {
            const Acknowledged request = one_request(gateway, lane, ids, key, random);
            if (request.id.is_nil()) break;
            settled.push_back(request);
        }
        if (settled.empty() || durability == Durability::disk) gateway.ledger->flush();
        if (durability == Durability::disk && gateway.slots->awaiting_journal() > kSlots / 2) continue;
        if (!gateway.ledger->accepting()) fail("the ledger stopped accepting: " + gateway.ledger->why_read_only());
        for (const Acknowledged& request : settled) {
            acknowledge(notes->request, notes->requests, kMostAcknowledged, request);
        }
        settled.clear();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));  // many rounds show more than many requests
    }
}

// The process that is killed.
[[noreturn]] void run_gateway(const std::string& directory, const Options& options, std::uint64_t seed) {
    Gateway gateway(directory, options.durability);
    gateway.ledger->start();
    std::vector<std::thread> workers;
    for (std::uint32_t lane = 0; lane < kWorkers; ++lane) {
        workers.emplace_back([&, lane] { work(gateway, lane, options.durability, seed); });
    }
    for (;;) {
        const auto granted = must(gateway.ledger->grant({the_organization(), kGranted}, now_ms()), "grant");
        acknowledge(notes->grant, notes->grants, kMostGrants, {granted.transaction, kGranted.value});
        // Grants are synced, and everything before them: at `process` they are few, so that there is something to lose.
        std::this_thread::sleep_for(std::chrono::milliseconds(options.durability == Durability::disk ? 10 : 100));
    }
}

// The process that comes up afterwards and holds what it finds against the notes.
[[noreturn]] void check(const std::string& directory, const Options& options) {
    Gateway gateway(directory, options.durability);
    std::map<Id128, std::int64_t> found;
    const Status visited = gateway.ledger->for_each_request([&](const StoredRequest& stored) {
        if (!found.emplace(stored.opened().request, stored.settled().charged.value).second) {
            fail(to_ulid(stored.opened().request) + " has two records");
        }
        return true;
    });
    if (!visited.ok()) fail(visited.message());
    notes->lost = 0;
    for (std::uint32_t i = 0; i < notes->requests; ++i) {
        const Acknowledged& request = notes->request[i];
        const auto known = found.find(request.id);
        if (known == found.end()) {
            ++notes->lost;
            if (options.durability == Durability::disk) fail(to_ulid(request.id) + " was acknowledged and is lost");
        } else if (known->second != request.amount && options.durability == Durability::disk) {
            fail(to_ulid(request.id) + " was acknowledged with another charge");
        }
    }
    gateway.ledger->stop();
    const VerifyReport report = verify_ledger(*gateway.store);
    if (report.difference) fail("verify: " + to_string(*report.difference));
    for (std::uint32_t i = 0; i < notes->grants; ++i) {
        if (!report.reference.knows(notes->grant[i].id)) fail("a grant was acknowledged and is lost");
    }
    notes->records = found.size();
    notes->blocks = report.blocks;
    std::_Exit(0);
}

// What was not acknowledged as on the disk may be lost for good: it is forgotten, or it would count again.
void forget_lost(const Options& options) {
    notes->lost_in_all += notes->lost;
    if (options.durability == Durability::process) notes->requests = 0;
}

std::string contents(const std::string& path) {
    std::string bytes;
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return bytes;
    std::array<char, 1 << 16> buffer;
    for (std::size_t got; (got = std::fread(buffer.data(), 1, buffer.size(), file)) > 0;) {
        bytes.append(buffer.data(), got);
    }
    std::fclose(file);
    return bytes;
}

// The kernel writes mapped pages when it likes: each is now as it is in memory or as it was a while ago.
void cut_slots(const std::string& path, const std::string& earlier, Random& random) {
    std::string now = contents(path);
    if (now.empty() || earlier.size() != now.size()) return;  // killed before it was made
    for (std::size_t at = 0; at + kPageBytes <= now.size(); at += kPageBytes) {
        if (random.one_in(2)) now.replace(at, kPageBytes, earlier, at, kPageBytes);
    }
    std::FILE* file = std::fopen(path.c_str(), "r+b");
    if (file == nullptr || std::fwrite(now.data(), 1, now.size(), file) != now.size()) std::abort();
    std::fclose(file);
}

int wait_for(pid_t process) {
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : kCrashed + WTERMSIG(status);
}

bool one_round(const std::string& directory, const Options& options, Random& random, CutFigures& all) {
    power_cut::everything_is_on_disk();
    notes->failure[0] = '\0';
    const std::uint64_t seed = random.next();
    const pid_t gateway = ::fork();
    if (gateway == 0) run_gateway(directory, options, seed);
    const auto wait_ms = random.between(0, kMostMs);
    const auto first_ms = random.between(0, wait_ms);
    std::this_thread::sleep_for(std::chrono::milliseconds(first_ms));
    const std::string earlier = contents(directory + "/slots");
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms - first_ms));
    ::kill(gateway, SIGKILL);
    if (wait_for(gateway) != kCrashed + SIGKILL) {
        std::fprintf(stderr, "the process ended by itself: %s\n", notes->failure);
        return false;
    }
    const CutFigures cut = power_cut::cut_power(random.next());
    cut_slots(directory + "/slots", earlier, random);
    all.writes_undone += cut.writes_undone, all.writes_torn += cut.writes_torn, all.bytes_lost += cut.bytes_lost;
    all.files_lost += cut.files_lost, all.renames_undone += cut.renames_undone;

    const pid_t checker = ::fork();
    if (checker == 0) check(directory, options);
    if (const int code = wait_for(checker); code != 0) {
        std::fprintf(stderr, "FAILED (exit %d): %s\n", code, notes->failure);
        return false;
    }
    forget_lost(options);
    return true;
}

bool parse(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; i += 2) {
        const std::string_view word = argv[i];
        if (i + 1 == argc) return false;
        const std::string_view value = argv[i + 1];
        const auto number = [&](auto& out) {
            return std::from_chars(value.data(), value.data() + value.size(), out).ptr == value.data() + value.size();
        };
        if (word == "--rounds" && number(options.rounds) && options.rounds > 0) continue;
        if (word == "--seed" && number(options.seed)) continue;
        if (word != "--durability" || (value != "disk" && value != "process")) return false;
        options.durability = value == "disk" ? Durability::disk : Durability::process;
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    options.seed = static_cast<std::uint64_t>(now_ms());
    if (!parse(argc, argv, options)) {
        std::fputs("usage: power_cut [--rounds N] [--durability disk|process] [--seed S]\n", stderr);
        return 2;
    }
    void* memory =
        ::mmap(nullptr, sizeof(Notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    std::string name = (std::filesystem::temp_directory_path() / "tollgate-power-cut-XXXXXX").string();
    if (memory == MAP_FAILED || ::mkdtemp(name.data()) == nullptr) {
        std::perror("power_cut");
        return 2;
    }
    notes = static_cast<Notes*>(memory);
    power_cut::watch(name);
    Random random(options.seed);
    CutFigures all;
    std::uint64_t records = 0, blocks = 0;
    const auto began = std::chrono::steady_clock::now();
    for (int round = 0; round < options.rounds; ++round) {
        const std::string directory = name + "/" + std::to_string(round / kRoundsPerDirectory);
        if (round % kRoundsPerDirectory == 0) {
            records += notes->records, blocks += notes->blocks;
            notes->requests = notes->grants = 0;
            notes->records = notes->blocks = 0;
            if (round > 0) std::filesystem::remove_all(name + "/" + std::to_string(round / kRoundsPerDirectory - 1));
        }
        if (!one_round(directory, options, random, all)) {
            std::fprintf(stderr, "round %d of seed %llu; the data is left in %s\n", round,
                         static_cast<unsigned long long>(options.seed), directory.c_str());
            return 1;
        }
    }
    std::filesystem::remove_all(name);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const auto n = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "%d power cuts at durability %s in %.0f s: %llu requests settled, %llu records in %llu blocks, %llu "
        "lost, 0 twice, verify clean after each\n",
        options.rounds, options.durability == Durability::disk ? "disk" : "process", took.count(), n(notes->asked),
        n(records + notes->records), n(blocks + notes->blocks), n(notes->lost_in_all));
    std::printf("%llu writes undone, %llu torn, %llu KiB lost, %llu new files gone, %llu renames undone\n",
                n(all.writes_undone), n(all.writes_torn), n(all.bytes_lost / 1024), n(all.files_lost),
                n(all.renames_undone));
    return 0;
}
