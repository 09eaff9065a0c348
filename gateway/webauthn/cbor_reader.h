// CBOR (RFC 8949), item by item, in the form that CTAP2 allows: definite lengths, and no tags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tollgate::webauthn {

// What it returns points into the bytes. The first item that is not what was asked for ends it: ok() is false from then
// on, and everything else is read as empty. Allocates nothing and doesn't recurse, whatever the bytes claim.
class CborReader {
  public:
    explicit CborReader(std::string_view bytes) : rest_(bytes) {}

    std::size_t map();  // how many pairs follow
    std::int64_t integer();
    std::string_view text();
    std::string_view bytes();
    void skip();  // one item, with all that is in it

    bool ok() const { return ok_; }
    std::string_view rest() const { return rest_; }  // that was not read
    void fail();

  private:
    struct Item;
    Item next();

    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace tollgate::webauthn
