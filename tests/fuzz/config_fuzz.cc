// The configuration: whatever the file holds, it is read or refused with its name in front.
#include <string>

#include "gateway/config/config.h"
#include "gateway/routing/provider.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using tollgate::fuzz::require;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto config = tollgate::parse_config(text, "file.yaml");
    if (!config) {
        require(config.error().message().starts_with("file.yaml:"), "problems name the file");
        return 0;
    }
    require(config->limits.max_connections >= 1 && config->limits.max_head_fields <= 128, "limits are in range");
    for (const auto& provider : config->providers) {
        require(!provider.name.empty(), "providers are named");
        if (provider.base_url.empty()) continue;      // the catalogue places it
        if (!provider.tls_ca_file.empty()) continue;  // would read a file of the fuzzer's choice
        const auto made = tollgate::Provider::from(provider, 0);
        if (!made) continue;
        const std::string& lines = made->fixed_headers;
        require(lines.ends_with("\r\n") && lines.find("\r\n\r\n") == std::string::npos, "headers are whole lines");
    }
    return 0;
}
