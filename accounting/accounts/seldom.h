// A value that most have none of, in the room of a pointer. A copy has its own.
#pragma once

#include <memory>
#include <utility>

namespace tollgate {

// `Value` is copyable and says with empty() that it is as good as none.
template <class Value>
class Seldom {
  public:
    Seldom() = default;
    Seldom(Value value)  // NOLINT(google-explicit-constructor): it is the same value
        : value_(value.empty() ? nullptr : std::make_unique<const Value>(std::move(value))) {}
    Seldom(const Seldom& other) : Seldom(other.value()) {}
    Seldom(Seldom&&) noexcept = default;
    Seldom& operator=(const Seldom& other) { return *this = Seldom(other); }
    Seldom& operator=(Seldom&&) noexcept = default;
    ~Seldom() = default;

    const Value* get() const { return value_.get(); }  // null: none
    Value value() const { return value_ ? *value_ : Value(); }

  private:
    std::unique_ptr<const Value> value_;
};

}  // namespace tollgate
