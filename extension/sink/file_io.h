// file_io.h: the system calls of the file sink, so that tests can make each of them fail or stop
// there. Functions return 0 or more, or -errno.
#ifndef PENSTOCK_SINK_FILE_IO_H
#define PENSTOCK_SINK_FILE_IO_H

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace penstock::sink {

class FileIo {
 public:
  virtual ~FileIo() = default;

  // A regular file, made with mode 0600 if missing, locked against other sinks. -EBUSY: somebody
  // else has it; -EINVAL: not a regular file.
  virtual int OpenLocked(const std::string& path);
  virtual int64_t Size(int fd);
  virtual int64_t Read(int fd, char* data, size_t size, uint64_t offset);
  virtual int64_t Write(int fd, const char* data, size_t size, uint64_t offset);
  virtual int Truncate(int fd, uint64_t size);
  virtual int Sync(int fd);
  virtual int Close(int fd);

  // The whole content of a small file; -ENOENT: there is none.
  virtual int ReadAll(const std::string& path, std::string* content);
  // Puts the content in place of the file's in one step, durably: new file, fsync, rename, fsync of
  // the folder.
  virtual int Replace(const std::string& path, const std::string& content);
  // The folder's entry for a file just made.
  virtual int SyncFolderOf(const std::string& path);
};

}  // namespace penstock::sink

#endif
