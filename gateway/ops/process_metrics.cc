#include "gateway/ops/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace tollgate {
namespace {

constexpr double kPerMicro = 1e6;
const auto kStarted = std::chrono::system_clock::now();

double unix_seconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double open_descriptors() {
    DIR* const folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return 0;
    double count = -3;  // ".", ".." and this one
    while (::readdir(folder) != nullptr) ++count;
    ::closedir(folder);
    return count;
}

// Of the machine, or of the control group (version 2) where that allows less; 0: not known.
double memory_limit() {
    constexpr double kPerKibi = 1024;
    std::ifstream machine("/proc/meminfo");
    std::string name;
    double limit = 0;
    if (machine >> name >> limit) limit *= kPerKibi;  // the first line: "MemTotal: 24000000 kB"
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        if (!line.starts_with("0::")) continue;
        std::ifstream group("/sys/fs/cgroup" + line.substr(3) + "/memory.max");  // "max" where there is none
        if (double allowed = 0; group >> allowed) limit = std::min(limit, allowed);
    }
    return limit;
}

}  // namespace

void write_process(MetricFamilies& out) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kPerMicro;
    };
    out.counter("process_cpu_seconds_total", "User and system CPU time in seconds.",
                seconds(usage.ru_utime) + seconds(usage.ru_stime));
    std::ifstream statm("/proc/self/statm");
    double pages = 0, resident = 0;
    statm >> pages >> resident;
    const auto page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
    out.gauge("process_virtual_memory_bytes", "Virtual memory in bytes.", pages * page_bytes);
    out.gauge("process_resident_memory_bytes", "Resident memory in bytes.", resident * page_bytes);
    out.gauge("process_start_time_seconds", "Start time since the Unix epoch in seconds.", unix_seconds(kStarted));
    out.gauge("process_open_fds", "Open file descriptors.", open_descriptors());
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    out.gauge("process_max_fds", "Most file descriptors that may be open.", static_cast<double>(limit.rlim_cur));
}

void write_host(const std::string& data_directory, MetricFamilies& out) {
    out.gauge("tollgate_clock_seconds", "What the gateway takes for the time, since the Unix epoch.",
              unix_seconds(std::chrono::system_clock::now()));
    if (const double limit = memory_limit(); limit > 0) {
        out.gauge("tollgate_memory_limit_bytes",
                  "Memory that the process can get: the machine's, or its control group's.", limit);
    }
    struct statvfs disk{};
    if (::statvfs(data_directory.c_str(), &disk) != 0) return;
    const auto block = static_cast<double>(disk.f_frsize);
    out.gauge("tollgate_data_available_bytes", "Room that is left on the file system of data_dir.",
              static_cast<double>(disk.f_bavail) * block);
    out.gauge("tollgate_data_size_bytes", "Size of that file system.", static_cast<double>(disk.f_blocks) * block);
}

}  // namespace tollgate
