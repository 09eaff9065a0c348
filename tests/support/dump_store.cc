// Everything that a store has, uncompressed and as it is: dump_store DATA_DIR. For tests/integration/test_at_rest.py.
#include <cstdio>
#include <string>

#include "store/rocks_store.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: dump_store DATA_DIR\n");
        return 2;
    }
    const auto store = tollgate::RocksStore::open_read_only(argv[1], false);
    if (!store) {
        std::fprintf(stderr, "dump_store: %s\n", store.error().message().c_str());
        return 1;
    }
    for (std::size_t family = 0; family < tollgate::kFamilyCount; ++family) {
        const auto status = (*store)->scan(static_cast<tollgate::Family>(family), "", "",
                                           [](std::string_view key, std::string_view value) {
                                               std::fwrite(key.data(), 1, key.size(), stdout);
                                               std::fputc('\n', stdout);
                                               std::fwrite(value.data(), 1, value.size(), stdout);
                                               std::fputc('\n', stdout);
                                               return true;
                                           });
        if (!status.ok()) {
            std::fprintf(stderr, "dump_store: %s\n", status.message().c_str());
            return 1;
        }
    }
    return 0;
}
