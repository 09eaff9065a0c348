// simulation --seeds A..B | --seed N [--verbose]: runs seeds and stops at the first broken invariant.
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/simulation.h"

namespace {

using tollgate::simulation::Simulation;
using tollgate::simulation::Tally;
using tollgate::simulation::Violation;

constexpr const char* kUsage =
    "usage: simulation --seeds A..B | --seed N [--verbose]\n"
    "Runs the ledger's simulation for these seeds. The first broken invariant is printed with its seed, exit code 1.\n";

unsigned long long seed_now = 0;
const Simulation* running = nullptr;

// Money invariants abort; the seed has to be known then too.
void say_seed(int) {
    char text[160];
    const auto step = running == nullptr ? 0ULL : static_cast<unsigned long long>(running->step());
    const int size =
        std::snprintf(text, sizeof text, "ABORTED in seed %llu, step %llu; replay: --seed %llu --verbose\n", seed_now,
                      step, seed_now);
    (void)!::write(STDERR_FILENO, text, static_cast<std::size_t>(size));
    std::signal(SIGABRT, SIG_DFL);
    std::raise(SIGABRT);
}

std::optional<unsigned long long> number(std::string_view text) {
    unsigned long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct Arguments {
    unsigned long long first = 0, last = 0;
    bool verbose = false;
};

std::optional<Arguments> parse(int argc, char** argv) {
    Arguments arguments;
    bool any = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--verbose") {
            arguments.verbose = true;
            continue;
        }
        if (i + 1 == argc || (word != "--seed" && word != "--seeds")) return std::nullopt;
        const std::string_view value = argv[++i];
        const auto dots = word == "--seeds" ? value.find("..") : value.size();
        if (dots == std::string_view::npos) return std::nullopt;
        const auto first = number(value.substr(0, dots));
        const auto last = word == "--seeds" ? number(value.substr(dots + 2)) : first;
        if (!first || !last || *first > *last) return std::nullopt;
        arguments.first = *first;
        arguments.last = *last;
        any = true;
    }
    return any ? std::optional(arguments) : std::nullopt;
}

// The slot file is mapped: in memory, a run costs milliseconds.
std::string slot_path() {
    std::error_code error;
    const bool memory = std::filesystem::is_directory("/dev/shm", error);
    const auto directory = memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
    return (directory / ("tollgate-simulation-" + std::to_string(::getpid()))).string();
}

void print(const Tally& tally, unsigned long long seeds, double seconds) {
    const auto n = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf("%llu seeds, no invariant broken, %.1f s (%.2f ms each)\n", seeds, seconds,
                seconds * 1000 / static_cast<double>(seeds));
    std::printf(
        "%llu steps, %llu requests (%llu completed, %llu orphans, %llu cut, %llu refused), %llu failovers, %llu holds "
        "grown, %llu "
        "transactions, %llu expiries, "
        "%llu blocks, %llu records dropped\n",
        n(tally.steps), n(tally.requests), n(tally.completed), n(tally.orphans), n(tally.cut), n(tally.refused),
        n(tally.failovers), n(tally.grown), n(tally.transactions), n(tally.expiries), n(tally.blocks),
        n(tally.dropped));
    std::printf(
        "%llu restarts, %llu of them after a power cut; %llu crashes in recovery, %llu failing commits, "
        "%llu clock jumps\n",
        n(tally.restarts), n(tally.power_cuts), n(tally.crashes), n(tally.failed_commits), n(tally.clock_jumps));
    std::printf("%llu calls about accounts, %llu of them changed something, %llu repeated\n", n(tally.account_calls),
                n(tally.account_changes), n(tally.account_repeats));
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = parse(argc, argv);
    if (!arguments) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    std::signal(SIGABRT, say_seed);
    const std::string path = slot_path();
    const auto began = std::chrono::steady_clock::now();
    Tally total;
    for (seed_now = arguments->first;; ++seed_now) {
        Simulation simulation(seed_now, path, arguments->verbose);
        running = &simulation;
        try {
            simulation.run();
        } catch (const Violation& violation) {
            std::fflush(stdout);
            std::fprintf(stderr, "BROKEN %s in seed %llu, step %llu: %s\nreplay: --seed %llu --verbose\n",
                         violation.invariant.c_str(), seed_now, static_cast<unsigned long long>(simulation.step()),
                         violation.what.c_str(), seed_now);
            return 1;
        }
        running = nullptr;
        total.add(simulation.tally());
        if (seed_now == arguments->last) break;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    print(total, arguments->last - arguments->first + 1, took.count());
    return 0;
}
