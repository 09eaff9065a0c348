// What a run of the load generator found.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace load {

struct Report {
    std::vector<std::uint32_t> latencies_us;   // of correct answers, to their last byte
    std::vector<std::uint32_t> first_byte_us;  // of the same
    std::map<std::string, std::uint64_t> errors;
    std::uint64_t completed = 0;  // correct answers in the measured time
    std::uint64_t warmup = 0;     // correct answers before it
    std::uint64_t events = 0;
    std::uint64_t body_bytes = 0;
    std::uint64_t connects = 0;
    double seconds = 0;

    void merge(const Report& other);
    std::string json();  // sorts the latencies
    std::string text();
};

}  // namespace load
