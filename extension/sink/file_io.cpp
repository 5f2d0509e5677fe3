// file_io.cpp: see file_io.h.
#include "file_io.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace penstock::sink {
namespace {

template <typename Call>
auto Retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// The result of a system call as the class gives it.
template <typename T>
T OrErrno(T result) {
  return result < 0 ? static_cast<T>(-errno) : result;
}

// O_NONBLOCK: opening a FIFO would wait for its reader. It has no effect on regular files.
constexpr int kOpenFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK;

int CheckAndLock(int fd) {
  struct stat info{};
  if (fstat(fd, &info) != 0) return -errno;
  if (!S_ISREG(info.st_mode)) return -EINVAL;
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) return errno == EWOULDBLOCK ? -EBUSY : -errno;
  return 0;
}

int WriteNew(const std::string& path, const std::string& content) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return -errno;
  size_t done = 0;
  int error = 0;
  while (done < content.size() && error == 0) {
    const ssize_t written =
        Retry([&] { return write(fd, content.data() + done, content.size() - done); });
    if (written < 0) {
      error = -errno;
    } else {
      done += static_cast<size_t>(written);
    }
  }
  if (error == 0) error = OrErrno(fsync(fd));
  close(fd);
  return error;
}

}  // namespace

int FileIo::OpenLocked(const std::string& path) {
  const int fd = open(path.c_str(), kOpenFlags, 0600);
  if (fd < 0) return errno == EISDIR || errno == ELOOP || errno == ENXIO ? -EINVAL : -errno;
  const int error = CheckAndLock(fd);
  if (error == 0) return fd;
  close(fd);
  return error;
}

int64_t FileIo::Size(int fd) {
  struct stat info{};
  return fstat(fd, &info) != 0 ? -errno : static_cast<int64_t>(info.st_size);
}

int64_t FileIo::Read(int fd, char* data, size_t size, uint64_t offset) {
  return OrErrno(Retry([&] { return pread(fd, data, size, static_cast<off_t>(offset)); }));
}

int64_t FileIo::Write(int fd, const char* data, size_t size, uint64_t offset) {
  return OrErrno(Retry([&] { return pwrite(fd, data, size, static_cast<off_t>(offset)); }));
}

int FileIo::Truncate(int fd, uint64_t size) {
  return OrErrno(Retry([&] { return ftruncate(fd, static_cast<off_t>(size)); }));
}

int FileIo::Sync(int fd) { return OrErrno(fdatasync(fd)); }

int FileIo::Close(int fd) { return OrErrno(close(fd)); }

int FileIo::ReadAll(const std::string& path, std::string* content) {
  content->clear();
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return -errno;
  std::array<char, 4096> chunk;
  ssize_t count = 0;
  while ((count = Retry([&] { return read(fd, chunk.data(), chunk.size()); })) > 0) {
    content->append(chunk.data(), static_cast<size_t>(count));
  }
  const int error = count < 0 ? -errno : 0;
  close(fd);
  return error;
}

int FileIo::Replace(const std::string& path, const std::string& content) {
  const std::string fresh = path + ".new";
  if (const int error = WriteNew(fresh, content); error != 0) return error;
  if (rename(fresh.c_str(), path.c_str()) != 0) return -errno;
  return SyncFolderOf(path);
}

int FileIo::SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  const int error = OrErrno(fsync(fd));
  close(fd);
  return error;
}

}  // namespace penstock::sink
