// One event of the Responses API's streams, written member by member; its end is written when it goes out of scope.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

class EventFrame {
  public:
    // `out` may be null: then nothing is written.
    EventFrame(std::string_view type, std::int64_t& sequence, std::string* out) : out_(out) {
        if (out_ == nullptr) return;
        (((*out_ += "event: ") += type) += "\ndata: {\"type\":\"") += type;
        *out_ += "\",\"sequence_number\":";
        append_number(*out_, sequence++);
    }
    ~EventFrame() {
        if (out_ != nullptr) *out_ += "}\n\n";
    }
    EventFrame(const EventFrame&) = delete;
    EventFrame& operator=(const EventFrame&) = delete;

    EventFrame& value(std::string_view name, Json value) {
        if (out_ != nullptr) begin(name) += value;
        return *this;
    }
    EventFrame& text(std::string_view name, Spelt text) {
        if (out_ != nullptr) ((begin(name) += '"') += text) += '"';
        return *this;
    }
    EventFrame& number(std::string_view name, std::int64_t number) {
        if (out_ != nullptr) append_number(begin(name), number);
        return *this;
    }
    // A member whose value `append(out)` writes.
    template <class Append>
    EventFrame& written(std::string_view name, Append&& append) {
        if (out_ != nullptr) append(begin(name));
        return *this;
    }

  private:
    std::string& begin(std::string_view name) { return ((*out_ += ",\"") += name) += "\":"; }

    std::string* out_;
};

}  // namespace tollgate
