package run

import (
	"context"
	"errors"
	"slices"
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

// Present are those of the entries that are in the DLQ.
func Present(ctx context.Context, b model.Backend, keys []model.Key) (map[model.Key]bool, error) {
	there := map[model.Key]bool{}
	for part := range slices.Chunk(keys, model.PageSize) {
		found, err := look(ctx, b, part)
		if _, gone := errors.AsType[*model.NotFoundError](err); gone && len(part) == 1 {
			continue
		}
		if err != nil {
			return nil, err
		}
		for i := range found {
			there[found[i].Key] = true
		}
	}
	return there, nil
}
