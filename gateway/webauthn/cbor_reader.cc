#include "gateway/webauthn/cbor_reader.h"

#include <cbor.h>

#include <limits>

namespace tollgate::webauthn {

struct CborReader::Item {
    enum class Kind : std::uint8_t { refused, integer, bytes, text, array, map, simple };
    Kind kind = Kind::refused;
    std::int64_t number = 0;    // of an integer
    std::uint64_t members = 0;  // of an array or map: as many items or pairs
    std::string_view content = {};
};

namespace {

// Made for the item that the reader keeps, which is what libcbor hands to each callback.
template <class Item>
struct Callbacks {
    using Kind = Item::Kind;

    static Item& item(void* context) { return *static_cast<Item*>(context); }
    template <class Number>
    static void positive(void* context, Number number) {
        if (static_cast<std::uint64_t>(number) > std::numeric_limits<std::int64_t>::max()) return;
        item(context) = {.kind = Kind::integer, .number = static_cast<std::int64_t>(number)};
    }
    template <class Number>
    static void negative(void* context, Number number) {
        if (static_cast<std::uint64_t>(number) > std::numeric_limits<std::int64_t>::max()) return;
        item(context) = {.kind = Kind::integer, .number = -1 - static_cast<std::int64_t>(number)};
    }
    template <Kind Of>
    static void content(void* context, cbor_data data, std::size_t size) {
        item(context) = {.kind = Of, .content = {reinterpret_cast<const char*>(data), size}};
    }
    template <Kind Of>
    static void collection(void* context, std::size_t members) {
        item(context) = {.kind = Of, .members = members};
    }
    template <class... Value>
    static void simple(void* context, Value...) {
        item(context) = {.kind = Kind::simple};
    }

    // Tags, and whatever is of indefinite length, keep libcbor's callbacks, which do nothing: the item stays refused.
    static cbor_callbacks table() {
        cbor_callbacks table = cbor_empty_callbacks;
        table.uint8 = positive<std::uint8_t>;
        table.uint16 = positive<std::uint16_t>;
        table.uint32 = positive<std::uint32_t>;
        table.uint64 = positive<std::uint64_t>;
        table.negint8 = negative<std::uint8_t>;
        table.negint16 = negative<std::uint16_t>;
        table.negint32 = negative<std::uint32_t>;
        table.negint64 = negative<std::uint64_t>;
        table.byte_string = content<Kind::bytes>;
        table.string = content<Kind::text>;
        table.array_start = collection<Kind::array>;
        table.map_start = collection<Kind::map>;
        table.float2 = simple<float>;
        table.float4 = simple<float>;
        table.float8 = simple<double>;
        table.boolean = simple<bool>;
        table.null = simple<>;
        table.undefined = simple<>;
        return table;
    }
};

}  // namespace

CborReader::Item CborReader::next() {
    static const cbor_callbacks kCallbacks = Callbacks<Item>::table();
    Item item;
    if (!ok_) return item;
    const cbor_decoder_result result =
        cbor_stream_decode(reinterpret_cast<cbor_data>(rest_.data()), rest_.size(), &kCallbacks, &item);
    // Each member is a byte at least, so that a count which cannot be true is known at once.
    const bool in_bounds = result.status == CBOR_DECODER_FINISHED && result.read <= rest_.size() &&
                           item.members <= rest_.size() - result.read;
    if (!in_bounds || item.kind == Item::Kind::refused) {
        fail();
        return {};
    }
    rest_.remove_prefix(result.read);
    return item;
}

void CborReader::fail() {
    ok_ = false;
    rest_ = {};
}

std::size_t CborReader::map() {
    const Item item = next();
    if (item.kind != Item::Kind::map) fail();
    return ok_ ? item.members : 0;
}

std::int64_t CborReader::integer() {
    const Item item = next();
    if (item.kind != Item::Kind::integer) fail();
    return ok_ ? item.number : 0;
}

std::string_view CborReader::text() {
    const Item item = next();
    if (item.kind != Item::Kind::text) fail();
    return ok_ ? item.content : std::string_view();
}

std::string_view CborReader::bytes() {
    const Item item = next();
    if (item.kind != Item::Kind::bytes) fail();
    return ok_ ? item.content : std::string_view();
}

void CborReader::skip() {
    for (std::uint64_t open = 1; open > 0 && ok_; --open) {
        const Item item = next();
        if (item.kind == Item::Kind::array) open += item.members;
        if (item.kind == Item::Kind::map) open += 2 * item.members;
        // Nested counts add up; none of them may promise more than is there.
        if (open - 1 > rest_.size()) fail();
    }
}

}  // namespace tollgate::webauthn
