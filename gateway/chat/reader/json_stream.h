// Objects out of JSON that is streamed without being server-sent events, sans I/O: one on each line (Ollama's way), one
// behind the other, or the elements of a list (Gemini's without alt=sse), also with the separators of RFC 7464; split
// anywhere, bounded. Whether an object is well-formed inside its brackets is for its reader to tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate {

class JsonStreamReader {
  public:
    enum class Step : std::uint8_t {
        more,       // all bytes are taken; nothing is complete
        object,     // object() is one
        end_mark,   // DONE or [DONE]: some close such a stream as they close events
        invalid,    // something that is none of it; the stream can't be read any further
        too_large,  // an object larger than allowed; likewise
    };

    explicit JsonStreamReader(std::size_t max_object_bytes) : max_object_bytes_(max_object_bytes) {}
    // Takes bytes off the front, as far as the next object. Call it again until it returns `more`.
    Step next(std::string_view& bytes);

    // That next() returned; valid until it is called again, and as long as the bytes given to it.
    std::string_view object() const { return object_; }
    std::string_view partial() const { return partial_; }  // of an object that has begun in bytes taken before
    bool inside() const { return depth_ > 0; }             // an object has begun that has not ended

  private:
    Step between(std::string_view& bytes);
    std::size_t object_length(std::string_view bytes);

    const std::size_t max_object_bytes_;
    std::string_view object_;
    std::string partial_;  // the beginning of an object that spans several reads
    std::string word_;     // letters between objects
    std::size_t depth_ = 0;
    bool in_string_ = false, escaped_ = false;
};

}  // namespace tollgate
