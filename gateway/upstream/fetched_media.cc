#include "gateway/upstream/fetched_media.h"

#include <utility>

#include "gateway/chat/canonical/media_addresses.h"

namespace tollgate {

void FetchedMedia::add(ByAddress media, std::unique_ptr<FetchMemory> memory) {
    media_ = std::move(media);
    memory_ = std::move(memory);
    bytes_ = 0;
    for (const auto& [address, medium] : media_) bytes_ += medium.base64.size();
}

void FetchedMedia::put_into(ChatRequest& chat) const {
    put_media_data(chat, [this](std::string_view address) {
        const auto found = media_.find(address);
        return found == media_.end() ? MediaData() : MediaData{found->second.type, found->second.base64};
    });
}

}  // namespace tollgate
