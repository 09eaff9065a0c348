// The master key: 32 bytes that are never in the database. It wraps the data keys of organizations, which seal their
// secrets, so that another master key needs no more than wrapping those anew.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/secrets/locked_bytes.h"
#include "accounting/secrets/sealing.h"
#include "store/status.h"

namespace tollgate {

class MasterKey {
  public:
    // From a file of 64 hexadecimal digits, as `openssl rand -hex 32` writes it. invalid: it isn't, or everybody on the
    // machine may read it; not_found. Messages hold nothing of the key.
    static Result<MasterKey> load(const std::string& path);
    // `source` names where the text is from, in messages.
    static Result<MasterKey> parse(std::string_view text, const std::string& source);

    // Tells master keys apart and nothing else: 16 hexadecimal digits of a digest.
    const std::string& id() const { return id_; }
    SealingKey bytes() const { return SealingKey(bytes_.bytes()); }

  private:
    explicit MasterKey(LockedBytes bytes);

    LockedBytes bytes_;
    std::string id_;
};

struct MasterKeys {
    std::shared_ptr<const MasterKey> current;              // never null
    std::vector<std::shared_ptr<const MasterKey>> former;  // that may still have wrapped something

    const MasterKey* find(std::string_view id) const;  // null: it is none of these
};

}  // namespace tollgate
