// What very many accounts cost: builds a store of organizations with their keys as changes would, then starts from it
// in a process of its own and says how long that takes, what memory it needs, and what single changes cost. Exit
// status 1 where a limit given on the command line is passed.
//
//   many_keys                                              20,000 keys of 2,000 organizations
//   many_keys --keys 1000000 --organizations 100000        the size that the design promises
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "store/rocks_store.h"
#include "tests/support/temporary_directory.h"

namespace {

using namespace tollgate;

constexpr std::int64_t kNow = 1'795'219'200'000;
constexpr std::size_t kOrganizationsPerChange = 10;
constexpr std::size_t kManyKeys = 20'000;  // of the organization whose policy is changed
constexpr int kChanges = 200;

struct Options {
    std::size_t keys = 20'000, organizations = 2'000;
    double most_start_s = std::numeric_limits<double>::max();
    double most_bytes_per_key = std::numeric_limits<double>::max();
    double most_change_ms = std::numeric_limits<double>::max();
    std::string measure;  // directory of a store that was built before
};

// Commits without waiting for the disk, which is no part of what is measured here.
class UnsyncedStore : public Store {
  public:
    explicit UnsyncedStore(Store& store) : store_(store) {}
    Result<std::string> get(Family family, std::string_view key) override { return store_.get(family, key); }
    Status scan(Family family, std::string_view begin, std::string_view end,
                const std::function<bool(std::string_view, std::string_view)>& visit) override {
        return store_.scan(family, begin, end, visit);
    }
    Result<std::pair<std::string, std::string>> last_before(Family family, std::string_view begin,
                                                            std::string_view end) override {
        return store_.last_before(family, begin, end);
    }
    Status commit(const WriteBatch& batch, Durability) override { return store_.commit(batch, Durability::process); }
    bool read_only() const override { return store_.read_only(); }

  private:
    Store& store_;
};

// Of this process's CPU: it waits for nothing here, and other programs on the machine don't count.
double cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double resident_mib() {
    std::ifstream file("/proc/self/statm");
    long long total = 0, resident = 0;
    file >> total >> resident;
    return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

[[noreturn]] void fail(const Status& status) {
    std::fprintf(stderr, "many_keys: %s\n", status.message().c_str());
    std::exit(2);
}

template <class T>
T take(Result<T> result) {
    if (!result) fail(result.error());
    return std::move(*result);
}

Id128 add_organization(Change& change, std::size_t number, std::size_t keys) {
    const Id128 id = take(create_organization(change, {.name = "Organization " + std::to_string(number)}));
    for (std::size_t i = 0; i < keys; ++i) {
        KeyFields fields{.name = "key " + std::to_string(i)};
        if (i % 2 == 0) fields.limit = NanoUsd{kNanoPerUsd};
        take(create_key(change, id, fields));
    }
    return id;
}

void build(const std::string& directory, const Options& options) {
    auto rocks = take(RocksStore::open(directory));
    UnsyncedStore store(*rocks);
    CreditTable credits;
    auto accounts = take(Accounts::load(store, credits));
    const std::size_t others = options.organizations - 1;  // beside the first, which gets many keys of its own
    const std::size_t many = others == 0 ? options.keys : std::min(options.keys / 2, kManyKeys);
    const std::size_t rest = options.keys - many;
    const auto keys_of = [&](std::size_t number) {  // as evenly as whole keys go
        return number == 0 ? 0 : rest / others + (number <= rest % others ? 1 : 0);
    };
    Id128 first;
    for (std::size_t done = 0; done < options.organizations;) {
        Change change(*accounts, Caller{}, "build", kNow);
        for (std::size_t i = 0; i < kOrganizationsPerChange && done < options.organizations; ++i, ++done) {
            const Id128 made = add_organization(change, done, keys_of(done));
            if (done == 0) first = made;
        }
        if (Status status = change.commit(); !status.ok()) fail(status);
    }
    for (std::size_t done = 0; done < many;) {
        Change change(*accounts, Caller{}, "build", kNow);
        for (std::size_t i = 0; i < 100 && done < many; ++i, ++done) take(create_key(change, first, {.name = "key"}));
        if (Status status = change.commit(); !status.ok()) fail(status);
    }
}

// The median in ms of some changes.
template <class Make>
double change_ms(Accounts& accounts, Make make) {
    std::vector<double> times;
    for (int i = 0; i < kChanges; ++i) {
        const double begin_s = cpu_seconds();
        Change change(accounts, Caller{}, "measure", kNow + i);
        if (Status status = make(change, i); !status.ok()) fail(status);
        if (Status status = change.commit(); !status.ok()) fail(status);
        times.push_back((cpu_seconds() - begin_s) * 1000);
    }
    std::ranges::nth_element(times, times.begin() + kChanges / 2);
    return times[kChanges / 2];
}

int measure(const Options& options) {
    auto rocks = take(RocksStore::open(options.measure));
    UnsyncedStore store(*rocks);
    const double before_mib = resident_mib();
    const double begin_s = cpu_seconds();
    CreditTable credits;
    auto accounts = take(Accounts::load(store, credits));
    const double start_s = cpu_seconds() - begin_s;
    const double mib = resident_mib() - before_mib;
    const auto directory = accounts->directory();
    const double bytes_per_key = mib * (1 << 20) / static_cast<double>(directory->key_count());
    std::printf("keys %zu organizations %zu\n", directory->key_count(), directory->organizations().size());
    std::printf("start %.2f s of CPU, %.2f us a key\n", start_s,
                start_s * 1e6 / static_cast<double>(directory->key_count()));
    std::printf("memory %.0f MiB, %.0f bytes a key, organizations included\n", mib, bytes_per_key);

    Id128 large{}, small{};
    for (const Organization* const organization : directory->organizations()) {
        const std::size_t keys = directory->keys_of(organization->id).size();
        if (keys > directory->key_count() / 100 && keys > 100) large = organization->id;
        if (keys < 100) small = organization->id;
        if (!large.is_nil() && !small.is_nil()) break;
    }
    double most_ms = 0;
    for (const auto& [name, id] : {std::pair("few", small), std::pair("many", large)}) {
        if (id.is_nil()) continue;
        const double create = change_ms(*accounts, [&](Change& change, int) {
            const auto made = create_key(change, id, {.name = "new"});
            return made ? Status() : made.error();
        });
        const double policy = change_ms(*accounts, [&](Change& change, int i) {
            return set_llm(change, id, {.settings = {.model = "model-" + std::to_string(i)}});
        });
        std::printf("organization of %s keys (%zu): create a key %.3f ms, set the LLM default %.3f ms\n", name,
                    directory->keys_of(id).size(), create, policy);
        most_ms = std::max({most_ms, create, policy});
    }
    const bool good = start_s <= options.most_start_s && bytes_per_key <= options.most_bytes_per_key &&
                      most_ms <= options.most_change_ms;
    if (!good) std::printf("a limit is passed\n");
    return good ? 0 : 1;
}

// This program again with --measure, so that its memory holds nothing of the building.
int run_measure(const char* program, const std::string& directory, int argc, char** argv) {
    std::vector<std::string> texts(argv + 1, argv + argc);
    texts.insert(texts.begin(), program);
    texts.insert(texts.end(), {"--measure", directory});
    std::vector<char*> arguments;
    arguments.reserve(texts.size() + 1);
    for (std::string& text : texts) arguments.push_back(text.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    int status = 0;
    if (::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0 ||
        ::waitpid(child, &status, 0) != child) {
        fail({StatusCode::io, "cannot run the measuring process"});
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("What very many accounts cost");
    app.add_option("--keys", options.keys, "API keys in all");
    app.add_option("--organizations", options.organizations, "Organizations in all");
    app.add_option("--most-start-s", options.most_start_s, "Fail if loading takes longer");
    app.add_option("--most-bytes-per-key", options.most_bytes_per_key, "Fail if it needs more memory");
    app.add_option("--most-change-ms", options.most_change_ms, "Fail if the median of a change takes longer");
    app.add_option("--measure", options.measure, "Measure the store in this directory, built before");
    CLI11_PARSE(app, argc, argv);
    if (!options.measure.empty()) return measure(options);
    const TemporaryDirectory folder;
    build(folder.path(), options);
    return run_measure(argv[0], folder.path(), argc, argv);
}
