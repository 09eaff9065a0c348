// Fixed-width integers as big-endian bytes: the one byte order of everything the store keeps.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>

namespace tollgate {

template <std::unsigned_integral T>
void write_big_endian(char* out, T value) {
    for (std::size_t i = sizeof(T); i-- > 0;) {
        out[i] = static_cast<char>(static_cast<unsigned char>(value & 0xff));
        value = static_cast<T>(sizeof(T) == 1 ? 0 : value >> (sizeof(T) == 1 ? 0 : 8));
    }
}

template <std::unsigned_integral T>
void append_big_endian(std::string& out, T value) {
    char bytes[sizeof(T)];
    write_big_endian(bytes, value);
    out.append(bytes, sizeof(T));
}

// Reads sizeof(T) bytes; the caller has checked that they are there.
template <std::unsigned_integral T>
T read_big_endian(const char* in) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value = static_cast<T>((sizeof(T) == 1 ? T{0} : static_cast<T>(value << (sizeof(T) == 1 ? 0 : 8))) |
                               static_cast<unsigned char>(in[i]));
    }
    return value;
}

}  // namespace tollgate
