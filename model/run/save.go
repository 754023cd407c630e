package run

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"redrive/model"
)

// savedAtOnce is how many entries are read at once before they are deleted.
const savedAtOnce = 4

// Whole reads whole entries, in the order of their keys. Those that are not in the DLQ any more are left out.
func Whole(ctx context.Context, b model.Backend, keys []model.Key) ([]model.Detail, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(savedAtOnce)
	found := make([]*model.Detail, len(keys))
	var mu sync.Mutex
	for i, k := range keys {
		group.Go(func() error {
			d, err := b.Get(ctx, k)
			if _, gone := errors.AsType[*model.NotFoundError](err); gone {
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			found[i] = &d
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var whole []model.Detail
	for _, d := range found {
		if d != nil {
			whole = append(whole, *d)
		}
	}
	return whole, nil
}
