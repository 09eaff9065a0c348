// Makes a store look as if a newer Tollgate had written it: bump_schema DATA_DIR. For
// tests/integration/test_startup_errors.py.
#include <cstdio>

#include "store/key_space.h"
#include "store/rocks_store.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: bump_schema DATA_DIR\n");
        return 2;
    }
    auto store = tollgate::RocksStore::open(argv[1]);
    if (!store) {
        std::fprintf(stderr, "bump_schema: %s\n", store.error().message().c_str());
        return 1;
    }
    tollgate::WriteBatch batch;
    batch.put(tollgate::Family::system, std::string(tollgate::kSchemaVersionKey), tollgate::encode_u64(999));
    const auto status = (*store)->commit(batch, tollgate::Durability::disk);
    if (!status.ok()) {
        std::fprintf(stderr, "bump_schema: %s\n", status.message().c_str());
        return 1;
    }
    return 0;
}
