// Random JSON text for tests: every kind of value, white space between tokens, escapes and brackets inside strings.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace tollgate {

class RandomJson {
  public:
    explicit RandomJson(std::uint32_t seed) : random_(seed) {}

    int below(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most)); }

    std::string space() {
        static constexpr std::string_view kSpaces[] = {"", "", "", " ", "\n", "\t ", "\r\n"};
        return std::string(kSpaces[below(7)]);
    }

    std::string string() {
        static constexpr std::string_view kParts[] = {"a",
                                                      "model",
                                                      "{",
                                                      "}",
                                                      "[",
                                                      "]",
                                                      ",",
                                                      ":",
                                                      "\\\"",
                                                      "\\\\",
                                                      "\\n",
                                                      "\\u0041",
                                                      "\\ud83d\\ude00",
                                                      "ü",
                                                      "😀",
                                                      " ",
                                                      "\\/",
                                                      "long text that passes sixteen bytes",
                                                      "usage",
                                                      "data: "};
        std::string out = "\"";
        for (int parts = below(5); parts > 0; --parts) out += kParts[below(20)];
        return out + '"';
    }

    std::string value(int depth) {
        static constexpr std::string_view kScalars[] = {"null", "true", "false", "0", "-1.5e-3", "12345678901234567890",
                                                        "1E2"};
        const int kind = below(depth > 0 ? 4 : 2);
        if (kind == 0) return std::string(kScalars[below(7)]);
        if (kind == 1) return string();
        if (kind == 2) return object(depth - 1);
        std::string out = "[" + space();
        for (int items = below(4); items > 0; --items)
            out += value(depth - 1) + space() + (items > 1 ? "," + space() : "");
        return out + "]";
    }

    std::string object(int depth) {
        std::string out = "{" + space();
        for (int members = below(5); members > 0; --members) {
            out += string() + space() + ":" + space() + value(depth) + space() + (members > 1 ? "," + space() : "");
        }
        return out + "}";
    }

  private:
    std::mt19937 random_;
};

}  // namespace tollgate
