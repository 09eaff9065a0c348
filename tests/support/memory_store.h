// A Store in memory, for tests: same contract as RocksStore, with commits that fail on demand. Copies of its contents
// stand for what a crash leaves behind.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "store/store.h"

namespace tollgate {

class MemoryStore : public Store {
  public:
    using Contents = std::array<std::map<std::string, std::string, std::less<>>, kFamilyCount>;

    MemoryStore() = default;
    explicit MemoryStore(Contents contents) : contents_(std::move(contents)) {}

    Result<std::string> get(Family family, std::string_view key) override {
        const std::lock_guard lock(mutex_);
        const auto& keys = at(family);
        const auto found = keys.find(key);
        if (found == keys.end()) return failure(StatusCode::not_found, "no such key");
        return found->second;
    }

    // Visits a copy, so that `visit` may call the store.
    Status scan(Family family, std::string_view begin, std::string_view end,
                const std::function<bool(std::string_view key, std::string_view value)>& visit) override {
        for (const auto& [key, value] : range(family, begin, end)) {
            if (!visit(key, value)) break;
        }
        return {};
    }

    Result<std::pair<std::string, std::string>> last_before(Family family, std::string_view begin,
                                                            std::string_view end) override {
        const auto keys = range(family, begin, end);
        if (keys.empty()) return failure(StatusCode::not_found, "no key in that range");
        return std::pair(keys.rbegin()->first, keys.rbegin()->second);
    }

    Status commit(const WriteBatch& batch, Durability) override {
        const std::lock_guard lock(mutex_);
        if (read_only_) return {StatusCode::read_only, "read-only since an earlier write failed"};
        if (commits_until_failure_ && (*commits_until_failure_)-- == 0) {
            read_only_ = true;
            if (std::exchange(store_failed_, false)) apply(batch);
            return {StatusCode::io, "write failed on the test's demand"};
        }
        apply(batch);
        ++commits_;
        return {};
    }

    bool read_only() const override {
        const std::lock_guard lock(mutex_);
        return read_only_;
    }

    Status resume() override {
        const std::lock_guard lock(mutex_);
        ++resumes_;
        if (broken_) return {StatusCode::io, "still broken on the test's demand"};
        read_only_ = false;
        commits_until_failure_.reset();
        return {};
    }

    // --- For tests. After `commits` more commits one fails, and the store is read-only.
    void fail_after(std::size_t commits) {
        const std::lock_guard lock(mutex_);
        commits_until_failure_ = commits;
    }
    // Like fail_after(); the batch that fails is stored all the same, as when only the answer was lost.
    void fail_after_storing(std::size_t commits) {
        const std::lock_guard lock(mutex_);
        commits_until_failure_ = commits;
        store_failed_ = true;
    }
    // While true, the cause of a failure stays: resume() fails.
    void set_broken(bool broken) {
        const std::lock_guard lock(mutex_);
        broken_ = broken;
    }
    std::size_t resumes() const {  // that were tried
        const std::lock_guard lock(mutex_);
        return resumes_;
    }
    std::size_t commits() const {
        const std::lock_guard lock(mutex_);
        return commits_;
    }
    Contents contents() const {
        const std::lock_guard lock(mutex_);
        return contents_;
    }
    // Stands for damage: changes bytes behind the program's back.
    void overwrite(Family family, const std::string& key, std::string value) {
        const std::lock_guard lock(mutex_);
        at(family)[key] = std::move(value);
    }

  private:
    using Keys = Contents::value_type;
    Keys& at(Family family) { return contents_[static_cast<std::size_t>(family)]; }

    void apply(const WriteBatch& batch) {
        for (const auto& operation : batch.operations()) {
            if (operation.erase) {
                at(operation.family).erase(operation.key);
            } else {
                at(operation.family)[operation.key] = operation.value;
            }
        }
    }

    Keys range(Family family, std::string_view begin, std::string_view end) {
        const std::lock_guard lock(mutex_);
        const auto& keys = at(family);
        if (!end.empty() && begin >= end) return {};
        return {keys.lower_bound(begin), end.empty() ? keys.end() : keys.lower_bound(end)};
    }

    mutable std::mutex mutex_;
    Contents contents_;
    std::optional<std::size_t> commits_until_failure_;
    std::size_t commits_ = 0, resumes_ = 0;
    bool read_only_ = false, broken_ = false, store_failed_ = false;
};

}  // namespace tollgate
